import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { SizeNode } from '../../../src/image/size-tree.ts'
import { type MapData, mapJson, mapOf } from '../../../src/report/html/map.ts'

const file = (name: string, bytes: number): SizeNode => ({ name, kind: 'file', bytes, children: [] })
const node = (kind: SizeNode['kind'], name: string, children: readonly SizeNode[]): SizeNode => ({
  name,
  kind,
  bytes: children.reduce((sum, one) => sum + one.bytes, 0),
  children,
})
const read = (json: string): MapData => JSON.parse(json) as MapData
const leaves = (data: MapData): readonly MapData[] =>
  data[4].length === 0 ? [data] : data[4].flatMap(leaves)

describe('a map beside its base', () => {
  const before = node('image', 'old', [
    node('part', 'environment', [
      node('package', 'numpy', [file('core.so', 50), file('gone.py', 7)]),
      node('package', 'scipy', [file('scipy.so', 30)]),
    ]),
  ])
  const after = node('image', 'new', [
    node('part', 'environment', [
      node('package', 'numpy', [file('core.so', 60)]),
      node('package', 'polars', [node('folder', 'polars', [node('folder', 'lib', [file('a.so', 100)])])]),
    ]),
  ])

  it('matches by kind and name, and knows what is new and what is gone', () => {
    const [environment] = mapOf(after, before).children
    expect(environment).toMatchObject({ name: 'environment', bytes: 160, before: 87 })
    expect(environment?.children).toMatchObject([
      {
        name: 'numpy',
        bytes: 60,
        before: 57,
        children: [
          { name: 'core.so', bytes: 60, before: 50 },
          { name: 'gone.py', bytes: 0, before: 7 },
        ],
      },
      { name: 'polars', bytes: 100, before: 0, children: [{ name: 'polars/lib', before: 0 }] },
      { name: 'scipy', bytes: 0, before: 30, children: [{ name: 'scipy.so', bytes: 0 }] },
    ])
  })

  it('says nothing of files where only the packages of the base are known', () => {
    const packages = node('image', 'old', [
      node('part', 'environment', [{ name: 'numpy', kind: 'package', bytes: 57, children: [] }]),
    ])
    const numpy = mapOf(after, packages).children[0]?.children[0]
    expect(numpy).toMatchObject({ bytes: 60, before: 57, children: [{ name: 'core.so', before: undefined }] })
  })
})

describe('the data of a map', () => {
  it('keeps the largest and sums up the rest', () => {
    const files = Array.from({ length: 1000 }, (_, i) => file(`f${i}`, 1000 - i))
    const data = read(mapJson(mapOf(node('image', 'i', files), undefined), 10_000))
    const shown = data[4]
    expect(shown[0]).toEqual(['f0', 4, 1000, -1, []])
    const rest = shown.at(-1)
    expect(rest?.[0]).toBe(`${1001 - shown.length} smaller`)
    expect(rest?.[1]).toBe(5)
    expect(shown.reduce((sum, [, , bytes]) => sum + bytes, 0)).toBe(500_500)
  })

  it('has the same bytes as the tree, of all leaves, however little room there is', () => {
    const { tree } = fc.letrec<{ tree: SizeNode; leaf: SizeNode; inner: SizeNode }>((tie) => ({
      leaf: fc.record({
        name: fc.string(),
        kind: fc.constant<'file'>('file'),
        bytes: fc.nat(),
        children: fc.constant([]),
      }),
      inner: fc
        .tuple(fc.string(), fc.array(tie('tree'), { minLength: 1, maxLength: 6 }))
        .map(([name, children]) => node('folder', name, children)),
      tree: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('inner')),
    }))
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1 }), fc.nat(5000), (children, room) => {
        const image = node('image', 'image', children)
        const json = mapJson(mapOf(image, undefined), room)
        expect(leaves(read(json)).reduce((sum, [, , bytes]) => sum + bytes, 0)).toBe(image.bytes)
        expect(json.length).toBeLessThan(Math.max(room, 400))
      }),
    )
  })
})

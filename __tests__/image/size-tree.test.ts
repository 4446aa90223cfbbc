import { describe, expect, it } from '@jest/globals'
import type { Measured } from '../../src/image/measure.ts'
import { type SizeNode, sizeTree, sizeTreeOf } from '../../src/image/size-tree.ts'
import { createConfig, createDigest, createListing, type TinyLayer } from '../fixtures/image.ts'
import { measure } from '../fixtures/invariants.ts'

const site = 'opt/venv/lib/python3.13/site-packages'
const layers: readonly TinyLayer[] = [
  { 'usr/bin/bash': 1000, 'etc/passwd': 10 },
  {
    'opt/venv/pyvenv.cfg': 'home = /usr/local/bin\n',
    'opt/venv/bin/f2py': 70,
    [`${site}/numpy/core.so`]: 3000,
    [`${site}/numpy/lib/a/b.py`]: 40,
    [`${site}/numpy-1.0.dist-info/METADATA`]: 'Name: numpy\nVersion: 1.0\n',
    [`${site}/numpy-1.0.dist-info/RECORD`]:
      'numpy/core.so,,\nnumpy/lib/a/b.py,,\n../../../bin/f2py,,\nnumpy-1.0.dist-info/METADATA,,\n',
    'app/main.py': 100,
    'app/empty': 0,
    [`app/${'d/'.repeat(1000)}deep`]: 9,
  },
]
const image: Measured = {
  reference: 'oci:image',
  digest: createDigest('f'),
  platform: { os: 'linux', architecture: 'arm64' },
  manifest: {
    schemaVersion: 2,
    config: { mediaType: '', digest: createDigest('c'), size: 1 },
    layers: layers.map((_, i) => ({ mediaType: 'layer', digest: createDigest(i), size: 1000 })),
  },
  config: createConfig({ workingDir: '/app' }, { diffIds: layers.map((_, i) => createDigest(`${i}d`)) }),
  source: 'oci',
  listings: layers.map((layer) => createListing(layer)),
  baseLayers: 1,
  timings: [],
}

const child = (node: SizeNode | undefined, name: string): SizeNode | undefined =>
  node?.children.find((one) => one.name === name)
/** Every node is the sum of what is in it, and the largest comes first. */
function expectSums(node: SizeNode): void {
  if (node.children.length === 0) return
  expect(node.children.reduce((sum, one) => sum + one.bytes, 0)).toBe(node.bytes)
  const bytes = node.children.map((one) => one.bytes)
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a))
  node.children.forEach(expectSums)
}

describe('the tree of an image', () => {
  const tree = sizeTree(image)
  const measurement = measure(image)

  it('adds up to the filesystem, its parts and its packages', () => {
    expectSums(tree)
    expect(tree.bytes).toBe(measurement.sizes.filesystem)
    for (const part of tree.children) expect(measurement.parts).toHaveProperty(part.name, part.bytes)
    const numpy = child(child(tree, 'environment'), 'numpy')
    expect(numpy).toMatchObject({ kind: 'package', bytes: measurement.packages[0]?.bytes })
  })

  it('names the files of a distribution from where it is imported', () => {
    const numpy = child(child(tree, 'environment'), 'numpy')
    expect(numpy?.children.map(({ name }) => name)).toEqual(['numpy', 'numpy-1.0.dist-info', 'opt'])
    expect(child(numpy, 'numpy')?.children[0]).toEqual({
      name: 'core.so',
      kind: 'file',
      bytes: 3000,
      children: [],
    })
  })

  it('has no end without a bottom', () => {
    let depth = 0
    for (let at = child(tree, 'app'); at; at = at.children.find(({ kind }) => kind === 'folder')) depth += 1
    expect(depth).toBeLessThan(70)
  })
})

describe('the tree of a measurement', () => {
  it('has the same bytes, down to the packages', () => {
    const measurement = measure(image)
    const tree = sizeTreeOf(measurement)
    expectSums(tree)
    expect(tree.bytes).toBe(measurement.sizes.filesystem)
    const environment = child(tree, 'environment')
    expect(environment?.bytes).toBe(measurement.parts.environment)
    expect(environment?.children.map(({ name }) => name)).toEqual(['numpy', 'of no package'])
  })

  it('leaves packages out where their bytes are more than their part', () => {
    const measurement = measure(image)
    const parts = { ...measurement.parts, environment: 10 }
    expect(child(sizeTreeOf({ ...measurement, parts }), 'environment')).toMatchObject({
      bytes: 10,
      children: [],
    })
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { comparePackages, compareSystemPackages } from '../../src/compare/packages.ts'
import { createPackage } from '../fixtures/measurement.ts'

describe('distributions', () => {
  it('are added, removed or changed, the largest difference first', () => {
    const changes = comparePackages(
      [
        createPackage({ name: 'small', bytes: 10, requiredBy: [['a', 'b']] }),
        createPackage({ name: 'numpy', version: '2.2.1', bytes: 500 }),
        createPackage({ name: 'same', bytes: 7 }),
      ],
      [
        createPackage({ name: 'numpy', version: '2.1.0', bytes: 400 }),
        createPackage({ name: 'gone', bytes: 900, direct: true, requiredBy: [] }),
        createPackage({ name: 'same', bytes: 7 }),
      ],
      true,
    )
    expect(changes).toEqual([
      {
        name: 'gone',
        kind: 'removed',
        before: { version: '2.1.0', bytes: 900 },
        after: undefined,
        delta: -900,
        direct: true,
        requiredBy: [],
      },
      {
        name: 'numpy',
        kind: 'changed',
        before: { version: '2.1.0', bytes: 400 },
        after: { version: '2.2.1', bytes: 500 },
        delta: 100,
        direct: false,
        requiredBy: [['pandas']],
      },
      {
        name: 'small',
        kind: 'added',
        before: undefined,
        after: { version: '2.1.0', bytes: 10 },
        delta: 10,
        direct: false,
        requiredBy: [['a', 'b']],
      },
    ])
  })

  it('are the same by name, however it is written and wherever they lie', () => {
    const old = createPackage({ name: 'Typing_Extensions', location: '/usr/lib/python3/dist-packages' })
    const now = createPackage({
      name: 'typing-extensions',
      location: '/opt/venv/lib/python3.13/site-packages',
    })
    expect(comparePackages([now], [old], true)).toEqual([])
  })

  it('with other bytes under one version are changed, unless bytes cannot be compared', () => {
    const [old, now] = [createPackage({ bytes: 1 }), createPackage({ bytes: 3 })]
    expect(comparePackages([now], [old], true)).toMatchObject([{ kind: 'changed', delta: 2 }])
    expect(comparePackages([now], [old], false)).toEqual([])
  })

  it('of one name in several places are paired by place, then by version', () => {
    const at = (location: string, version: string): ReturnType<typeof createPackage> =>
      createPackage({ name: 'pip', location, version, bytes: 1 })
    const changes = comparePackages(
      [at('/usr', '24.0'), at('/opt', '25.0'), at('/home', '23.0')],
      [at('/opt', '24.0'), at('/usr', '24.0')],
      true,
    )
    expect(changes.map(({ kind, before, after }) => [kind, before?.version, after?.version])).toEqual(
      expect.arrayContaining([
        ['changed', '24.0', '23.0'],
        ['added', undefined, '25.0'],
      ]),
    )
    expect(changes).toHaveLength(2)
  })

  it('may be named like a property of an object', () => {
    const odd = ['__proto__', 'constructor', 'toString'].map((name) => createPackage({ name, bytes: 1 }))
    expect(comparePackages(odd, [], true)).toHaveLength(3)
    expect(comparePackages(odd, odd, true)).toEqual([])
  })

  it('account for every byte, in whatever order they come', () => {
    const some = fc.array(
      fc
        .record({
          name: fc.constantFrom('a', 'b', 'c'),
          version: fc.constantFrom('1', '2'),
          location: fc.constantFrom('/x', '/y'),
          bytes: fc.nat(1000),
        })
        .map(createPackage),
      { maxLength: 8 },
    )
    const sum = (items: readonly { readonly bytes: number }[]): number =>
      items.reduce((s, { bytes }) => s + bytes, 0)
    fc.assert(
      fc.property(some, some, (head, base) => {
        const changes = comparePackages(head, base, true)
        expect(changes.reduce((s, { delta }) => s + (delta ?? 0), 0)).toBe(sum(head) - sum(base))
        expect(comparePackages(base, base, true)).toEqual([])
        const back = comparePackages(base, head, true)
        expect(back.reduce((s, { delta }) => s + (delta ?? 0), 0)).toBe(sum(base) - sum(head))
      }),
    )
  })
})

it('tells what changed in the system', () => {
  const changes = compareSystemPackages(
    [
      { name: 'libc6', version: '2.41-13', bytes: 100 },
      { name: 'zlib1g', version: '1', bytes: 5 },
    ],
    [
      { name: 'libc6', version: '2.41-12', bytes: 90 },
      { name: 'perl-base', version: '5', bytes: 7 },
    ],
    true,
  )
  expect(changes.map(({ name, kind, delta }) => [name, kind, delta])).toEqual([
    ['libc6', 'changed', 10],
    ['perl-base', 'removed', -7],
    ['zlib1g', 'added', 5],
  ])
})

import { describe, expect, it } from '@jest/globals'
import { changeOfWaste, compareWaste } from '../../src/compare/waste.ts'

const row = (path: string, bytes: number, why = 'a cache'): Parameters<typeof compareWaste>[0][number] => ({
  path,
  bytes,
  download: Math.floor(bytes / 3),
  why,
  hint: `delete ${path}`,
})

describe('waste', () => {
  it('is new, gone or of another size, the largest difference first', () => {
    const base = [row('/a', 100), row('/b', 50), row('/c', 7)]
    const head = [row('/d', 10), row('/b', 80, 'another cache'), row('/c', 7)]
    expect(compareWaste(head, base, true)).toEqual([
      {
        path: '/a',
        kind: 'removed',
        before: 100,
        after: undefined,
        delta: -100,
        why: 'a cache',
        hint: 'delete /a',
      },
      {
        path: '/b',
        kind: 'changed',
        before: 50,
        after: 80,
        delta: 30,
        why: 'another cache',
        hint: 'delete /b',
      },
      {
        path: '/d',
        kind: 'added',
        before: undefined,
        after: 10,
        delta: 10,
        why: 'a cache',
        hint: 'delete /d',
      },
    ])
  })

  it('of one path in several layers is one', () => {
    expect(compareWaste([row('/a', 10), row('/a', 20)], [row('/a', 30)], true)).toEqual([])
    expect(compareWaste([row('/a', 10), row('/a', 20)], [row('/a', 10)], true)).toMatchObject([
      { before: 10, after: 30, delta: 20 },
    ])
  })

  it('of one path for two reasons is two', () => {
    const suites = (bytes: number): ReturnType<typeof row> => ({
      ...row('/a', bytes),
      hint: 'delete the tests',
    })
    const changes = compareWaste([row('/a', 10), suites(90)], [suites(40)], true)
    expect(changes).toMatchObject([
      { kind: 'changed', before: 40, after: 90, hint: 'delete the tests' },
      { kind: 'added', after: 10, hint: 'delete /a' },
    ])
    expect(changeOfWaste(changes, row('/a', 10))).toBe(changes[1])
    expect(changeOfWaste(changes, suites(90))).toBe(changes[0])
    expect(changeOfWaste(changes, row('/b', 10))).toBeUndefined()
  })

  it('is the same when only its hint is worded anew', () => {
    const worded = { ...row('/a', 10), hint: 'remove it' }
    expect(compareWaste([worded], [row('/a', 10)], true)).toEqual([])
  })

  it('has no difference across platforms', () => {
    expect(compareWaste([row('/a', 10), row('/b', 1)], [row('/a', 20)], false)).toMatchObject([
      { path: '/b', kind: 'added', delta: undefined },
    ])
  })
})

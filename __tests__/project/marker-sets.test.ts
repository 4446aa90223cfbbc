import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { answerSets, formatMarker } from '../../src/project/marker-sets.ts'
import { evaluateMarker, parseMarker, type Marker } from '../../src/project/markers.ts'
import { createMarkerEnvironment } from '../fixtures/project.ts'

const comparison = fc
  .constantFrom(
    `'a' in extras`,
    `'b' not in extras`,
    `'g' in dependency_groups`,
    `os_name == 'posix'`,
    `sys_platform != "it's"`,
    `python_version >= '3.12'`,
  )
  .map(parseMarker)
const { marker: anyMarker } = fc.letrec<{ marker: Marker }>((tie) => ({
  marker: fc.oneof(
    { depthSize: 'small' },
    comparison,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('marker'),
      right: tie('marker'),
    }),
  ),
}))
const anyEnvironment = fc
  .record({
    extras: fc.subarray(['a', 'b']),
    dependency_groups: fc.subarray(['g']),
    os_name: fc.constantFrom('posix', 'nt'),
    python_version: fc.constantFrom('3.11', '3.12'),
  })
  .map(createMarkerEnvironment)

describe('answerSets', () => {
  it('leaves a marker that means the same, and asks of no extras or groups', () => {
    fc.assert(
      fc.property(anyMarker, anyEnvironment, (marker, environment) => {
        const rest = answerSets(formatMarker(marker), environment)
        const holds = rest === undefined || (rest !== false && evaluateMarker(parseMarker(rest), environment))
        expect(holds).toBe(evaluateMarker(marker, environment))
        expect(rest === undefined || rest === false || !/extras|dependency_groups/.test(rest)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('needs no marker to hold', () => {
    expect(answerSets(undefined, { extras: [], dependency_groups: [] })).toBeUndefined()
  })
})

describe('formatMarker', () => {
  it('writes what is read back as the same', () => {
    fc.assert(fc.property(anyMarker, (marker) => expect(parseMarker(formatMarker(marker))).toEqual(marker)))
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  durationUnits,
  formatDuration,
  formatDurationDelta,
  parseDuration,
} from '../../src/units/duration.ts'

describe('parseDuration', () => {
  it.each([
    ['250 ms', 250],
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['4 min', 240_000],
    ['4 MIN 5 s', 245_000],
    ['1.5 h', 5_400_000],
    ['2 sec', 2_000],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '4', 'min', '-4 min', '4 mn', '1m30', '1:30', '4 MB', '5 constructor', '1,5 s'])(
    '%j is no duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )

  it('refuses what a number cannot hold exactly', () =>
    expect(parseDuration(`${'9'.repeat(30)} h`)).toBeUndefined())

  it('answers at once to text made to be slow', () => {
    expect(parseDuration(`${'1 m '.repeat(20_000)}x`)).toBeUndefined()
  })

  it('knows every unit that it names', () => {
    for (const unit of durationUnits) expect(parseDuration(`1 ${unit}`)).toBeGreaterThanOrEqual(1)
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [-0.2, '0 ms'],
    [38, '38 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [2_410, '2.41 s'],
    [9_996, '10.0 s'],
    [58_300, '58.3 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_380_000, '2 h 03 min'],
    [-2_410, '-2.41 s'],
  ])('%d is %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('is read back as nearly the same, up to an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_599_000 }), (ms) => {
        const back = parseDuration(formatDuration(ms)) ?? Number.NaN
        expect(Math.abs(back - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.01))
      }),
    )
  })
})

describe('formatDurationDelta', () => {
  it.each([
    [0, '±0 ms'],
    [-0.4, '±0 ms'],
    [810, '+810 ms'],
    [-2_410, '-2.41 s'],
  ])('%d is %s', (ms, text) => expect(formatDurationDelta(ms)).toBe(text))
})

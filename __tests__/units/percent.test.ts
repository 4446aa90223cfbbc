import { describe, expect, it } from '@jest/globals'
import { formatGrowth, formatShare, parsePercent } from '../../src/units/percent.ts'

describe('parsePercent', () => {
  it.each([
    ['5%', 5],
    [' 12.5 % ', 12.5],
    ['0%', 0],
  ])('%j is %d', (text, percent) => expect(parsePercent(text)).toBe(percent))

  it.each(['', '%', '5', '-5%', '5%%', '5 MB', `${'9'.repeat(400)}%`])('%j is no percentage', (text) =>
    expect(parsePercent(text)).toBeUndefined(),
  )
})

describe('formatGrowth', () => {
  it.each([
    [100, 105.2, '+5.2%'],
    [100, 140, '+40%'],
    [100, 60, '-40%'],
    [100, 100, '±0%'],
    [100_000, 100_001, '+<0.1%'],
    [100, 0, '-100%'],
    [1, 5, '+400%'],
  ])('from %d to %d is %s', (before, after, text) => expect(formatGrowth(before, after)).toBe(text))

  it('has no growth from nothing', () => expect(formatGrowth(0, 5)).toBeUndefined())
})

it.each([
  [0, '0%'],
  [0.0001, '<1%'],
  [0.005, '1%'],
  [0.344, '34%'],
  [1, '100%'],
])('a share of %d is %s', (share, shown) => expect(formatShare(share)).toBe(shown))

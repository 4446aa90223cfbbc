import { expect, it } from '@jest/globals'
import { judge } from '../../src/budget/evaluate.ts'
import { parseRules } from '../../src/budget/parse.ts'
import type { RuleVerdict } from '../../src/budget/verdict.ts'
import { type HistoryPoint, historyPoint } from '../../src/compare/history.ts'
import { createDelta, createMeasurement } from '../fixtures/measurement.ts'

const { sizes } = historyPoint('1a2b3c4', createMeasurement())
const points = (times: readonly number[], cached = false): readonly HistoryPoint[] =>
  times.map((ms) => ({ commit: '1a2b3c4', sizes, buildTime: { ms, cached } }))

/** A build without caches that took so long, after others that took so long. */
function judgeTime(
  ms: number,
  history: readonly HistoryPoint[] | undefined,
  rule = 'build time grows by > 10%',
): RuleVerdict | undefined {
  const measurement = createMeasurement({ timings: [{ step: 'total', ms, cached: false }] })
  const { rules } = parseRules(rule, 'test')
  return judge({ failOn: rules, warnOn: [] }, measurement, createDelta(), { history }).rules[0]
}

it('a time grows from the median of the recent ones', () => {
  expect(judgeTime(14_000, points([10_000, 9_000, 11_000]))).toMatchObject({
    outcome: 'fail',
    reason:
      'build time is 4.00 s (+40%) above the median of the last 3 without caches, more than 10% (1.00 s)',
  })
  expect(judgeTime(10_900, points([10_000, 9_900, 10_100]))?.outcome).toBe('pass')
  expect(judgeTime(11_100, points([10_000, 9_900, 10_100]))?.outcome).toBe('fail')
  expect(judgeTime(13_000, points([10_000, 9_900, 10_100]), 'build time grows by > 4 s')?.outcome).toBe(
    'pass',
  )
  expect(judgeTime(9_000, points([10_000, 9_900, 10_100]))?.reason).toMatch(/^build time is .* below the/)
})

it('a difference within their own spread is none', () => {
  expect(judgeTime(14_000, points([10_000, 8_000, 12_500]))).toMatchObject({
    outcome: 'pass',
    reason: expect.stringContaining('within their own spread of 4.50 s') as unknown,
  })
  expect(judgeTime(14_501, points([10_000, 8_000, 12_500]))?.outcome).toBe('fail')
})

it('only the last ten count', () => {
  const outlier = [60_000, ...Array.from({ length: 10 }, () => 10_000)]
  expect(judgeTime(14_000, points(outlier))?.outcome).toBe('fail')
  expect(judgeTime(14_000, points(outlier.slice(0, 10)))?.outcome).toBe('pass')
})

it('times with caches say nothing of one without; a few say nothing of a spread', () => {
  const history = [...points([1_000, 1_000, 1_000, 1_000], true), ...points([10_000, 10_000])]
  expect(judgeTime(14_000, history)).toMatchObject({
    outcome: 'skipped',
    reason: 'build time without caches was measured 2 times before, and it takes 3 to compare',
  })
  expect(judgeTime(14_000, [])?.outcome).toBe('skipped')
})

it('a baseline without a branch is compared with as it is', () => {
  expect(judgeTime(14_000, undefined)?.reason).not.toContain('median')
})

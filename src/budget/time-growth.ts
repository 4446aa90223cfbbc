import type { HistoryPoint } from '../compare/history.ts'
import { startStep, totalStep } from '../compare/timings.ts'
import type { Measurement } from '../image/measurement.ts'
import { formatGrowth } from '../units/percent.ts'
import type { Evaluation } from './evaluation.ts'
import { fewest, recentTimes } from './recent.ts'
import type { Condition } from './rule.ts'
import { format, tellApart } from './say.ts'

/** Whether a time grew from what its branch took lately. */
export function evaluateTime(
  { figure, by, unit }: Extract<Condition, { kind: 'grows' }>,
  { timings }: Measurement,
  history: readonly HistoryPoint[],
): Evaluation {
  const skipped = (reason: string): Evaluation => ({ broken: undefined, reason })
  const isBuild = figure === 'build time'
  const now = timings.find(({ step }) => step === (isBuild ? totalStep : startStep))
  if (now === undefined) return skipped(`${figure} was not measured`)
  const { count, median, spread } = recentTimes(history, isBuild ? 'buildTime' : 'startTime', now.cached)
  const kind = `${now.cached ? 'with' : 'without'} caches`
  if (count < fewest) {
    return skipped(`${figure} ${kind} was measured ${count} times before, and it takes ${fewest} to compare`)
  }
  const growth = now.ms - median
  const limit = unit === 'percent' ? (median * by) / 100 : by
  const broken = growth > limit && growth > spread
  const [grew, absolute] = tellApart(figure, Math.abs(growth), limit)
  const percent = formatGrowth(median, now.ms)
  const change =
    `${figure} is ${grew}${percent === undefined ? '' : ` (${percent})`} ${growth > 0 ? 'above' : 'below'} ` +
    `the median of the last ${count} ${kind}`
  const bound = unit === 'percent' ? `${by}% (${absolute})` : absolute
  if (growth > limit && !broken) {
    return { broken, reason: `${change}, within their own spread of ${format(figure, spread)}` }
  }
  return { broken, reason: `${change}, ${broken ? 'more than' : 'within'} ${bound}` }
}

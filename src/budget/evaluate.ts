import { type Comparison, type Delta } from '../compare/delta.ts'
import { startStep, totalStep } from '../compare/timings.ts'
import type { Measurement } from '../image/measurement.ts'
import { formatBytes } from '../units/bytes.ts'
import { formatDuration } from '../units/duration.ts'
import { formatGrowth } from '../units/percent.ts'
import { timeFigures } from './figures.ts'
import type { Condition, Figure, Rule } from './rule.ts'
import { type RuleVerdict, type Verdict, worst } from './verdict.ts'

/**
 * Judges every rule. A rule whose figure is missing is skipped with the reason. What the base image grew by itself
 * is no growth of this change: `grows by` and `update download` leave it out, and say so.
 */
export function judge(
  { failOn, warnOn }: { readonly failOn: readonly Rule[]; readonly warnOn: readonly Rule[] },
  measurement: Measurement,
  delta: Delta | undefined,
): Verdict {
  const judgeRule = (rule: Rule, severity: 'fail' | 'warn'): RuleVerdict => {
    const { broken, reason } = evaluate(rule.condition, measurement, delta)
    return { rule, severity, outcome: broken === undefined ? 'skipped' : broken ? severity : 'pass', reason }
  }
  const rules = [
    ...failOn.map((rule) => judgeRule(rule, 'fail')),
    ...warnOn.map((rule) => judgeRule(rule, 'warn')),
  ]
  return { overall: worst(rules.map(({ outcome }) => outcome)), rules }
}

/** `broken` is undefined where the figures to say so are missing. */
interface Evaluation {
  readonly broken: boolean | undefined
  readonly reason: string
}

function evaluate(condition: Condition, measurement: Measurement, delta: Delta | undefined): Evaluation {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return join(
        condition.kind,
        condition.of.map((each) => evaluate(each, measurement, delta)),
      )
    case 'above':
      return evaluateAbove(condition, measurement, delta)
    case 'grows':
      return evaluateGrowth(condition, delta)
  }
}

/** Three-valued: what is missing only matters where the rest does not decide. */
function join(kind: 'all' | 'any', evaluations: readonly Evaluation[]): Evaluation {
  const deciding = kind === 'any'
  const decides = evaluations.filter(({ broken }) => broken === deciding)
  const missing = evaluations.filter(({ broken }) => broken === undefined)
  const say = (some: readonly Evaluation[]): string => some.map(({ reason }) => reason).join('; ')
  if (decides.length > 0) return { broken: deciding, reason: say(decides) }
  if (missing.length > 0) return { broken: undefined, reason: say(missing) }
  return { broken: !deciding, reason: say(evaluations) }
}

function evaluateAbove(
  { figure, limit }: Extract<Condition, { kind: 'above' }>,
  measurement: Measurement,
  delta: Delta | undefined,
): Evaluation {
  const actual = valueOf(figure, measurement, delta)
  if (typeof actual === 'string') return { broken: undefined, reason: actual }
  const broken = actual.value > limit
  const [is, bound] = tellApart(figure, actual.value, limit)
  return { broken, reason: `${figure} is ${is}, ${broken ? 'above' : 'within'} ${bound}${actual.note}` }
}

function evaluateGrowth(
  { figure, by, unit }: Extract<Condition, { kind: 'grows' }>,
  delta: Delta | undefined,
): Evaluation {
  const skipped = (reason: string): Evaluation => ({ broken: undefined, reason })
  if (delta === undefined) return skipped(`there is no baseline to tell how much ${figure} grew`)
  const compared = comparisonOf(figure, delta)
  if (compared.kind === 'incomparable') return skipped(`${figure} cannot be compared: ${compared.reason}`)
  const drift = driftIn(figure, delta)
  const { before } = compared
  const growth = compared.delta - drift
  const limit = unit === 'percent' ? (before * by) / 100 : by
  const broken = growth > limit
  const note = drift === 0 ? '' : `, without ${signed(figure, drift)} of the base image itself`
  const [grew, absolute] = tellApart(figure, Math.abs(growth), limit)
  const percent = formatGrowth(before, before + growth)
  const bound = unit === 'percent' ? `${by}% (${absolute})` : absolute
  const change =
    growth === 0
      ? `${figure} did not change`
      : `${figure} ${growth > 0 ? 'grew' : 'shrank'} by ${grew}` +
        (percent === undefined ? ' from nothing' : ` (${percent})`)
  return { broken, reason: `${change}, ${broken ? 'above' : 'within'} ${bound}${note}` }
}

/** The figure, or why there is none. */
function valueOf(
  figure: Figure,
  { sizes, timings }: Measurement,
  delta: Delta | undefined,
): { readonly value: number; readonly note: string } | string {
  const step = (name: string): { value: number; note: string } | string => {
    const timing = timings.find((each) => each.step === name)
    return timing === undefined ? `${figure} was not measured` : { value: timing.ms, note: '' }
  }
  switch (figure) {
    case 'download':
    case 'disk':
    case 'filesystem':
    case 'environment':
      return { value: sizes[figure], note: '' }
    case 'update download': {
      if (delta === undefined) return 'there is no baseline to tell the update download'
      if (delta.updateDownload.kind === 'incomparable') {
        return `update download is not known: ${delta.updateDownload.reason}`
      }
      const drift = delta.baseDrift?.updateDownload ?? 0
      const note = drift === 0 ? '' : `, without ${formatBytes(drift)} of the base image itself`
      return { value: delta.updateDownload.after - drift, note }
    }
    case 'build time':
      return step(totalStep)
    case 'start time':
      return step(startStep)
  }
}

function comparisonOf(figure: Figure, delta: Delta): Comparison {
  switch (figure) {
    case 'download':
    case 'disk':
    case 'filesystem':
    case 'environment':
      return delta.figures[figure]
    case 'update download':
      return delta.updateDownload
    case 'build time':
      return delta.figures.buildTime
    case 'start time':
      return delta.figures.startTime
  }
}

function driftIn(figure: Figure, { baseDrift }: Delta): number {
  if (baseDrift === undefined) return 0
  return figure === 'download' || figure === 'disk' || figure === 'filesystem' ? baseDrift[figure] : 0
}

function format(figure: Figure, value: number): string {
  return timeFigures.includes(figure) ? formatDuration(value) : formatBytes(value)
}

function signed(figure: Figure, value: number): string {
  return `${value > 0 ? '+' : ''}${format(figure, value)}`
}

/** Two values for people, exact where rounding would make different ones look the same. */
function tellApart(figure: Figure, value: number, limit: number): readonly [string, string] {
  const rounded = [format(figure, value), format(figure, limit)] as const
  if (value === limit || rounded[0] !== rounded[1]) return rounded
  const exact = (number: number): string =>
    `${String(Math.round(number)).replace(/\B(?=(?:\d{3})+$)/g, ',')} ${timeFigures.includes(figure) ? 'ms' : 'bytes'}`
  return [exact(value), exact(limit)]
}

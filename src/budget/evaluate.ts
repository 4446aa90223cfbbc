import { type Comparison, type Delta } from '../compare/delta.ts'
import type { HistoryPoint } from '../compare/history.ts'
import { startStep, totalStep } from '../compare/timings.ts'
import type { Measurement } from '../image/measurement.ts'
import { formatBytes } from '../units/bytes.ts'
import { formatGrowth } from '../units/percent.ts'
import { timeFigures } from './figures.ts'
import type { Evaluation } from './evaluation.ts'
import type { Condition, Figure, Rule } from './rule.ts'
import { signed, tellApart } from './say.ts'
import { evaluateTime } from './time-growth.ts'
import { type RuleVerdict, type Verdict, worst } from './verdict.ts'

/** What else there is to know for a judgement. */
export interface Circumstances {
  /** What the baseline's branch measured, oldest first; undefined where the baseline has no branch. */
  readonly history?: readonly HistoryPoint[] | undefined
  /** Label of the pull request by which what grew is accepted. */
  readonly acceptedBy?: string | undefined
}

interface Facts {
  readonly measurement: Measurement
  readonly delta: Delta | undefined
  readonly history: readonly HistoryPoint[] | undefined
}

/**
 * Judges every rule. A rule whose figure is missing is skipped with the reason. What the base image grew by itself
 * is no growth of this change: `grows by` and `update download` leave it out, and say so. Where the baseline has a
 * history, a time grows from the median of its last ten of the same kind, and by more than lies between the shortest
 * and the longest of them, or it did not grow. What a label accepts is what grew: a limit holds all the same.
 */
export function judge(
  { failOn, warnOn }: { readonly failOn: readonly Rule[]; readonly warnOn: readonly Rule[] },
  measurement: Measurement,
  delta: Delta | undefined,
  { history, acceptedBy }: Circumstances = {},
): Verdict {
  const facts = { measurement, delta, history }
  const judgeRule = (rule: Rule, severity: 'fail' | 'warn'): RuleVerdict => {
    const { broken, reason } = evaluate(rule.condition, facts)
    if (broken === true && acceptedBy !== undefined && isAcceptable(rule.condition, facts)) {
      const accepted = `${reason}; accepted by the label \`${acceptedBy}\``
      return { rule, severity, outcome: 'pass', reason: accepted, acceptedBy }
    }
    return { rule, severity, outcome: broken === undefined ? 'skipped' : broken ? severity : 'pass', reason }
  }
  const rules = [
    ...failOn.map((rule) => judgeRule(rule, 'fail')),
    ...warnOn.map((rule) => judgeRule(rule, 'warn')),
  ]
  return { overall: worst(rules.map(({ outcome }) => outcome)), rules }
}

function evaluate(condition: Condition, facts: Facts): Evaluation {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return join(
        condition.kind,
        condition.of.map((each) => evaluate(each, facts)),
      )
    case 'above':
      return evaluateAbove(condition, facts)
    case 'grows':
      return timeFigures.includes(condition.figure) && facts.history !== undefined
        ? evaluateTime(condition, facts.measurement, facts.history)
        : evaluateGrowth(condition, facts.delta)
  }
}

/** Whether a broken condition would hold if nothing had grown. */
function isAcceptable(condition: Condition, facts: Facts): boolean {
  const broken = (each: Condition): boolean => {
    switch (each.kind) {
      case 'all':
        return each.of.every(broken)
      case 'any':
        return each.of.some(broken)
      case 'above':
        return each.figure !== 'update download' && evaluateAbove(each, facts).broken === true
      case 'grows':
        return false
    }
  }
  return !broken(condition)
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
  { measurement, delta }: Facts,
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

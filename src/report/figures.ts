import { timeFigures } from '../budget/figures.ts'
import type { Condition, Figure } from '../budget/rule.ts'
import type { Verdict } from '../budget/verdict.ts'
import { type Comparison, type Delta } from '../compare/delta.ts'
import { startStep, totalStep } from '../compare/timings.ts'
import type { Measurement } from '../image/measurement.ts'
import { formatBytes, formatBytesDelta } from '../units/bytes.ts'
import { formatDuration, formatDurationDelta } from '../units/duration.ts'
import { formatGrowth } from '../units/percent.ts'

/** A row of the table of figures, for people; a column that has nothing to say is `''`. */
export interface FigureRow {
  readonly figure: string
  readonly before: string
  readonly after: string
  readonly delta: string
  readonly growth: string
  /** Why there is no difference. */
  readonly reason: string
}

/** The figures of a measurement, with their differences where there is a baseline. */
export function figureRows({ sizes, timings }: Measurement, delta: Delta | undefined): readonly FigureRow[] {
  const size = (figure: 'download' | 'disk' | 'filesystem' | 'environment'): FigureRow =>
    row(figure, sizes[figure], delta?.figures[figure], formatBytes, formatBytesDelta)
  const time = (figure: string, step: string, comparison: Comparison | undefined): readonly FigureRow[] => {
    const ms = timings.find((timing) => timing.step === step)?.ms
    return ms === undefined ? [] : [row(figure, ms, comparison, formatDuration, formatDurationDelta)]
  }
  return [
    size('download'),
    size('disk'),
    size('filesystem'),
    size('environment'),
    ...(delta === undefined ? [] : [updateRow(delta.updateDownload)]),
    ...time('build time', totalStep, delta?.figures.buildTime),
    ...time('start time', startStep, delta?.figures.startTime),
  ]
}

function row(
  figure: string,
  after: number,
  comparison: Comparison | undefined,
  format: (value: number) => string,
  formatDelta: (value: number) => string,
): FigureRow {
  const before = comparison?.before === undefined ? '' : format(comparison.before)
  const known = { figure, before, after: format(after) }
  if (comparison?.kind !== 'compared') {
    return { ...known, delta: '', growth: '', reason: comparison?.reason ?? '' }
  }
  return {
    ...known,
    delta: formatDelta(comparison.delta),
    growth: formatGrowth(comparison.before, comparison.after) ?? '',
    reason: '',
  }
}

function updateRow(comparison: Comparison): FigureRow {
  const figure = 'update download'
  const empty = { figure, before: '', delta: '', growth: '' }
  if (comparison.kind === 'incomparable') return { ...empty, after: '?', reason: comparison.reason }
  return { ...empty, after: formatBytes(comparison.after), reason: '' }
}

/** Limits that rules set to each figure, as they were written in short: `250 MB`, `+5%`; nothing without a rule. */
export function limitsOf(verdict: Verdict | undefined): ReadonlyMap<string, string> {
  const limits = new Map<string, Set<string>>()
  for (const { rule } of verdict?.rules ?? []) {
    for (const { figure, text } of limitsIn(rule.condition)) {
      const known = limits.get(figure)
      if (known) known.add(text)
      else limits.set(figure, new Set([text]))
    }
  }
  return new Map([...limits].map(([figure, texts]) => [figure, [...texts].join(', ')]))
}

function limitsIn(condition: Condition): readonly { readonly figure: Figure; readonly text: string }[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(limitsIn)
    case 'above':
      return [{ figure: condition.figure, text: formatFigure(condition.figure, condition.limit) }]
    case 'grows': {
      const { figure, by, unit } = condition
      return [{ figure, text: unit === 'percent' ? `+${by}%` : `+${formatFigure(figure, by)}` }]
    }
  }
}

function formatFigure(figure: Figure, value: number): string {
  return timeFigures.includes(figure) ? formatDuration(value) : formatBytes(value)
}

import type { Comparison } from '../compare/delta.ts'
import { startStep, totalStep } from '../compare/timings.ts'
import { formatBytes, formatBytesDelta } from '../units/bytes.ts'
import { formatDuration, formatDurationDelta } from '../units/duration.ts'
import { formatGrowth } from '../units/percent.ts'
import type { ReportInput } from './input.ts'
import { acceptedOf, limitsOf } from './limits.ts'

/** A row of the table of figures, for people; a column that has nothing to say is `''`. */
export interface FigureRow {
  readonly figure: string
  readonly before: string
  readonly after: string
  readonly delta: string
  readonly growth: string
  /** Why there is no difference. */
  readonly reason: string
  /** What the figure counts. */
  readonly meaning: string
  /** What the budget allows, as in `250 MB, +5%`. */
  readonly limit: string
  /** Label of the pull request by which its growth was accepted; a stranger's text. */
  readonly acceptedBy: string
}

type Compared = Omit<FigureRow, 'meaning' | 'limit' | 'acceptedBy'>

const meanings: Readonly<Record<string, string>> = {
  download: 'compressed layers: what a host pulls',
  disk: 'files of all layers',
  filesystem: 'files that a container sees',
  environment: 'installed Python packages',
  'update download': 'layers that a host with the baseline lacks',
}

/** The figures of a measurement, with their differences where there is a baseline and the budget where there is one. */
export function figureRows({
  measurement,
  delta,
  verdict,
}: Pick<ReportInput, 'measurement' | 'delta' | 'verdict'>): readonly FigureRow[] {
  const limits = limitsOf(verdict)
  const accepted = acceptedOf(verdict)
  return comparedRows(measurement, delta).map((row) => ({
    ...row,
    meaning: meanings[row.figure] ?? '',
    limit: limits.get(row.figure) ?? '',
    acceptedBy: accepted.get(row.figure) ?? '',
  }))
}

function comparedRows(
  { sizes, timings }: ReportInput['measurement'],
  delta: ReportInput['delta'],
): readonly Compared[] {
  const size = (figure: 'download' | 'disk' | 'filesystem' | 'environment'): Compared =>
    row(figure, sizes[figure], delta?.figures[figure], formatBytes, formatBytesDelta)
  const time = (figure: string, step: string, comparison: Comparison | undefined): readonly Compared[] => {
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
): Compared {
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

function updateRow(comparison: Comparison): Compared {
  const figure = 'update download'
  const empty = { figure, before: '', delta: '', growth: '' }
  if (comparison.kind === 'incomparable') return { ...empty, after: '?', reason: comparison.reason }
  return { ...empty, after: formatBytes(comparison.after), reason: '' }
}

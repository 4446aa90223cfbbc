import type { Outcome, Verdict } from '../budget/verdict.ts'
import { isUnchanged } from '../compare/delta.ts'
import { formatBytes, formatBytesDelta } from '../units/bytes.ts'
import { formatGrowth } from '../units/percent.ts'
import type { ReportInput } from './input.ts'
import { countOf } from './words.ts'

/** What the report says first; without the image's name, which is a stranger's and is escaped for where it goes. */
export interface Headline {
  readonly outcome: Outcome
  /** `over budget`, or nothing where there is no rule. */
  readonly verdict: string
  /** `download 121 MB, +34.5 MB (+40%)` */
  readonly summary: string
  /** Nothing changed and no rule is broken. */
  readonly quiet: boolean
}

export function headline({ measurement, delta, verdict }: ReportInput): Headline {
  const outcome = verdict?.overall ?? 'skipped'
  const broken = outcome === 'fail' || outcome === 'warn'
  const size = `download ${formatBytes(measurement.sizes.download)}`
  const unchanged = delta !== undefined && isUnchanged(delta)
  const packages = measurement.packages.length
  return {
    outcome,
    verdict: verdictWords(verdict),
    summary:
      delta === undefined
        ? `${size}, ${countOf(packages, 'package')}`
        : unchanged
          ? `no change, ${size}`
          : `${size}, ${change(delta.figures.download)}`,
    quiet: unchanged && !broken,
  }
}

function change(download: NonNullable<ReportInput['delta']>['figures']['download']): string {
  if (download.kind === 'incomparable') return 'not compared'
  const growth = formatGrowth(download.before, download.after)
  return (
    formatBytesDelta(download.delta) + (growth === undefined || download.delta === 0 ? '' : ` (${growth})`)
  )
}

function verdictWords(verdict: Verdict | undefined): string {
  if (verdict === undefined || verdict.rules.length === 0) return ''
  switch (verdict.overall) {
    case 'fail':
      return 'over budget'
    case 'warn':
      return 'over a warning limit'
    case 'pass':
      return verdict.rules.some(({ acceptedBy }) => acceptedBy !== undefined)
        ? 'over budget, accepted by label'
        : 'within budget'
    case 'skipped':
      return 'not judged'
  }
}

import { judge } from './budget/evaluate.ts'
import { isAboutGrowth } from './budget/rule.ts'
import type { Verdict } from './budget/verdict.ts'
import { compare } from './compare/compare.ts'
import type { Delta } from './compare/delta.ts'
import type { HistoryPoint } from './compare/history.ts'
import type { Comparand } from './engine/comparand.ts'
import { type FilePlace, placeOfRequirement } from './host/project/requirement-place.ts'
import type { Measurement } from './image/measurement.ts'
import type { Inputs } from './inputs.ts'
import type { Ports } from './ports.ts'

/** One platform's image, compared and judged. */
export interface Judged {
  readonly measurement: Measurement
  readonly delta: Delta | undefined
  /** What it was compared with, and what that is called. */
  readonly base: Measurement | undefined
  readonly baselineText: string | undefined
  readonly history: readonly HistoryPoint[] | undefined
  readonly verdict: Verdict
  /** The requirement that most of what is over budget came with. */
  readonly cause?: FilePlace | undefined
}

/** Compares each platform's image and judges it; where one is over budget, also by what the pull request says. */
export async function judgeImages(
  measurements: readonly Measurement[],
  comparands: readonly (Comparand | undefined)[],
  inputs: Inputs,
  { acceptedBy }: Ports,
): Promise<readonly Judged[]> {
  const judgeAll = (label?: string): readonly Judged[] =>
    measurements.map((one, i) => judgeOne(one, inputs, comparands[i], label))
  let judged = judgeAll()
  if (!judged.some(isOver)) return judged
  const label = await acceptedBy?.()
  if (label !== undefined) judged = judgeAll(label)
  return Promise.all(
    judged.map(async (one) => ({ ...one, cause: isOver(one) ? await causeOf(one, inputs) : undefined })),
  )
}

function isOver({ verdict: { overall } }: Judged): boolean {
  return overall === 'fail' || overall === 'warn'
}

function judgeOne(
  measured: Measurement,
  rules: Inputs,
  comparand: Comparand | undefined,
  acceptedBy: string | undefined,
): Judged {
  const delta = comparand && compare(measured, comparand.measurement)
  const measurement = delta ? withUpdateDownload(measured, delta) : measured
  const history = comparand?.history
  const verdict = judge(rules, measurement, delta, { history, acceptedBy })
  return {
    ...{ measurement, delta, verdict, history },
    base: comparand?.measurement,
    baselineText: comparand?.name,
  }
}

function withUpdateDownload(measurement: Measurement, { updateDownload }: Delta): Measurement {
  if (updateDownload.kind !== 'compared') return measurement
  return { ...measurement, sizes: { ...measurement.sizes, updateDownload: updateDownload.after } }
}

async function causeOf({ verdict, delta }: Judged, { context }: Inputs): Promise<FilePlace | undefined> {
  const broken = verdict.rules.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')
  if (!broken.some(({ rule }) => isAboutGrowth(rule.condition))) return undefined
  // The largest difference is the first one.
  const grown = delta?.packages.find((change) => (change.delta ?? 0) > 0)
  if (grown === undefined) return undefined
  const [shortest = []] = [...grown.requiredBy].sort((a, b) => a.length - b.length)
  const direct = grown.direct ? grown.name : (shortest.at(-1) ?? grown.name)
  return placeOfRequirement(context, { direct, locked: grown.name })
}

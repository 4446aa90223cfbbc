import type { Verdict } from '../budget/verdict.ts'
import type { Delta } from '../compare/delta.ts'
import type { Measurement } from '../image/measurement.ts'

/** All that a report tells. Every text in it may come from a stranger. */
export interface ReportInput {
  /** Name of the image for people. */
  readonly name: string
  readonly measurement: Measurement
  readonly delta?: Delta | undefined
  /** What the delta is against, as in `main at 1a2b3c4`. */
  readonly baselineText?: string | undefined
  readonly verdict?: Verdict | undefined
  /** What the reader should know: that nothing is frozen, that a cache was not there. */
  readonly notes: readonly string[]
  /** Where things lie: the image, the report. */
  readonly outputs: readonly { readonly label: string; readonly value: string }[]
}

import type { Outcome, Verdict } from '../budget/verdict.ts'
import type { Measurement } from '../image/measurement.ts'
import type { ReportInput } from '../report/input.ts'

/** What of a run is told to the runner and the people behind it. */
export interface Told {
  readonly digest: string
  /** Where the image is, as a user would type it. */
  readonly images: readonly string[]
  /** One for each platform. */
  readonly reports: readonly (ReportInput & {
    readonly verdict: Verdict
    /** What the image was compared with. */
    readonly base?: Measurement | undefined
    /** The line, of a file with an absolute path, that brought most of what is over budget. */
    readonly cause?: { readonly path: string; readonly line: number } | undefined
  })[]
  readonly verdict: Outcome
  /** What earlier runs left for it; undefined where nothing is kept from run to run. */
  readonly restored?: { readonly whole: boolean } | undefined
}

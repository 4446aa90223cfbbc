import type { Verdict } from '../budget/verdict.ts'
import type { Delta } from '../compare/delta.ts'
import type { HistoryPoint } from '../compare/history.ts'
import type { Inventory } from '../image/inventory.ts'
import type { Measurement } from '../image/measurement.ts'
import type { SizeNode } from '../image/size-tree.ts'

/** All that a report tells. Every text in it may come from a stranger. */
export interface ReportInput {
  /** Name of the image for people. */
  readonly name: string
  readonly measurement: Measurement
  /** Where the bytes are, down to the files, and where the base's are; without it down to the packages. */
  readonly tree?: SizeNode | undefined
  readonly baseTree?: SizeNode | undefined
  /** What is installed in the image; it is there where a bill of materials is asked for. */
  readonly inventory?: Inventory | undefined
  readonly delta?: Delta | undefined
  /** What the delta is against, as in `main@1a2b3c4`. */
  readonly baselineText?: string | undefined
  readonly verdict?: Verdict | undefined
  /** Earlier measurements of the base branch, the oldest first; this one is not among them. */
  readonly history?: readonly HistoryPoint[] | undefined
  /** What the reader should know: that nothing is frozen, that a cache was not there. */
  readonly notes: readonly string[]
  /** Where things lie: the image, the report. */
  readonly outputs: readonly { readonly label: string; readonly value: string }[]
}

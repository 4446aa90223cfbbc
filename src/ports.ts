import type { HistoryPoint } from './compare/history.ts'
import type { Measurement } from './image/measurement.ts'

/** Which image a baseline is of: measurements of another name or of other platforms are none. */
export interface ImageIdentity {
  readonly name: string
  /** As `linux/amd64`, in the order they were asked for. */
  readonly platforms: readonly string[]
}

/** What an image is compared with, and what came before that. */
export interface Baseline {
  /** What it is, for people: `main@1a2b3c4, 3 commits behind the merge base`. */
  readonly text: string
  /** One for each platform that there is a measurement of, in any order. */
  readonly images: readonly BaselineImage[]
}

export interface BaselineImage {
  readonly measurement: Measurement
  /** Of the baseline's branch, oldest first; the last one is the baseline's own. */
  readonly history: readonly HistoryPoint[]
}

export type BaselineSearch =
  | { readonly kind: 'found'; readonly baseline: Baseline }
  | {
      readonly kind: 'missing'
      /** Why there is none, and what to do: for the report. Undefined where none was wanted. */
      readonly note?: string | undefined
      /** The commit to build instead, where that was asked for. */
      readonly build?: { readonly commit: string; readonly text: string } | undefined
    }

/** What the checkout knows of commits. */
export interface CommitGraph {
  /** The commit that is checked out; undefined where there is no repository. */
  head(): Promise<{ readonly sha: string; readonly parents: readonly string[] } | undefined>
  /**
   * A commit and those before it along first parents, newest first, at most `limit`; undefined where the history is
   * not there as far as that.
   */
  ancestors(sha: string, limit: number): Promise<readonly string[] | undefined>
  mergeBase(one: string, other: string): Promise<string | undefined>
}

/**
 * What a run meets the service around it through: a command line has none of it. Nothing here throws or takes long;
 * what does not work is said, and the run goes on.
 */
export interface Ports {
  /** The measurement to compare with when none is named. */
  readonly findBaseline?: (image: ImageIdentity, graph: CommitGraph) => Promise<BaselineSearch>
  /** The label by which an increase is accepted, where the pull request has it; asked only when it matters. */
  readonly acceptedBy?: () => Promise<string | undefined>
}

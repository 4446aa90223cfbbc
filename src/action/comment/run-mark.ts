/** Which run of a workflow says something, and of which commit. */
export interface RunMark {
  /** GitHub's number of the run; later runs have higher ones. */
  readonly run: number
  readonly attempt: number
  /** Head commit of the pull request. */
  readonly sha: string
}

/** Whether `a` is of a later run than `b`, or of a later attempt of the same. */
export function isLater(a: RunMark, b: RunMark): boolean {
  return a.run === b.run ? a.attempt > b.attempt : a.run > b.run
}

import { type InputRow, inputTable } from '../inputs-table.ts'

const { failOn, warnOn, maxSize, maxIncrease, maxBuildTime, acceptLabel, comment, token } = inputTable

/** The inputs of the action that comments for another run, which mean what they mean in the other one. */
export const commentInputs: readonly InputRow[] = [
  failOn,
  warnOn,
  maxSize,
  maxIncrease,
  maxBuildTime,
  acceptLabel,
  comment,
  token,
]

export type CommentOutput = 'verdict' | 'pull-request'

export const commentOutputs: Readonly<Record<CommentOutput, string>> = {
  verdict:
    'What the budgets of this workflow say: `pass`, `warn`, `fail`, or `skipped`. Empty when nothing was posted.',
  'pull-request': 'Number of the pull request. Empty when nothing was posted.',
}

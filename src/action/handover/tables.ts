import { type InputRow, inputTable } from '../inputs-table.ts'

const { failOn, warnOn, maxSize, maxIncrease, maxBuildTime, acceptLabel, comment, token } = inputTable

/**
 * The inputs of the action that comments for another run. They mean what they mean in the other one, but that nothing
 * fails here: the job that was over budget was another.
 */
export const commentInputs: readonly InputRow[] = [
  {
    ...failOn,
    description: 'Budgets whose verdict is `fail`, one a line, as `download grows by > 5% and > 2 MB`.',
  },
  { ...warnOn, description: 'Budgets whose verdict is `warn`, in the same words.' },
  { ...maxSize, description: '`fail` when the download is larger, as `250 MB`.' },
  {
    ...maxIncrease,
    description: '`fail` when the download grows by more, as `5%` or `10 MB`. Needs a baseline.',
  },
  { ...maxBuildTime, description: '`fail` when the build took longer, as `4 min`.' },
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

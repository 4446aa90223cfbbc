import type { GitHubError } from '../github/error.ts'

/** What is told where there is no comment: `notice` where nothing is wrong and nothing can be mended here. */
export interface Trouble {
  readonly level: 'notice' | 'warning'
  readonly text: string
}

const lines = 'permissions:\n  pull-requests: write'
const elsewhere = 'The report is in the summary of the job.'

/** Why there is no comment on a pull request, and what to do. */
export function troubleOf(error: GitHubError, isFork: boolean): Trouble {
  const warning = (text: string): Trouble => ({
    level: 'warning',
    text: `no comment on the pull request: ${error.message}\n${text}\n${elsewhere}`,
  })
  switch (error.kind) {
    case 'forbidden':
    case 'not-found':
      return isFork
        ? forkNotice
        : warning(
            `Its token may not write one. Add these lines to the job, beside what it has there:\n${lines}`,
          )
    case 'unauthorized':
      return warning(`The input token is not valid, or no longer. The job's own needs these lines:\n${lines}`)
    case 'locked':
      return warning('Its conversation is locked; unlock it, or write `comment: never`.')
    case 'gone':
      return warning('The repository takes no comments.')
    case 'limited':
      return warning('GitHub takes no more requests for now; the next run comments again.')
    case 'invalid':
      return warning('This may be a fault of pydeps-image itself: please report it.')
    case 'broken':
    case 'unreachable':
      return warning('The next run comments again.')
  }
}

/** A pull request of a fork has a token that can only read, and no permission that is given in a workflow changes it. */
const forkNotice: Trouble = {
  level: 'notice',
  text:
    'no comment from here: the pull request comes from a fork, whose jobs can only read\n' +
    'The measurement is kept as an artifact; a workflow on workflow_run that uses pydeps-image/comment posts it.\n' +
    elsewhere,
}

/** A job without a token. */
export const tokenNotice: Trouble = {
  level: 'notice',
  text:
    'no comment from here: the input token is empty\n' +
    'The measurement is kept as an artifact; a workflow on workflow_run that uses pydeps-image/comment posts it.\n' +
    elsewhere,
}

import type { GitHubError } from '../github/error.ts'

/** What is told where there is no comment. */
export interface Trouble {
  /** `notice` where nothing is wrong and nothing can be mended here. */
  readonly level: 'notice' | 'warning'
  readonly text: string
  /** Whether a job with another token can comment instead. */
  readonly lacksPermission: boolean
}

const lines = 'permissions:\n  pull-requests: write'
const elsewhere = 'The report is in the summary of the job.'

/** A job without a token. */
export const noToken: Trouble = {
  level: 'notice',
  text: `no comment from here: the input token is empty\n${elsewhere}`,
  lacksPermission: true,
}

/** Why there is no comment on a pull request, and what to do. */
export function troubleOf(error: GitHubError, isFork: boolean): Trouble {
  const warning = (advice: string, lacksPermission = false): Trouble => ({
    level: 'warning',
    text: `no comment on the pull request: ${error.message}\n${advice}\n${elsewhere}`,
    lacksPermission,
  })
  switch (error.kind) {
    case 'forbidden':
    case 'not-found':
      // No permission in a workflow file changes what a token of a fork's pull request may do.
      if (isFork) {
        const text = `no comment from here: the pull request comes from a fork, whose jobs can only read\n${elsewhere}`
        return { level: 'notice', text, lacksPermission: true }
      }
      return warning(
        `Its token may not write one. Add these lines to the job, beside what it has there:\n${lines}`,
        true,
      )
    case 'unauthorized':
      return warning(
        `The input token is not valid, or no longer. The job's own token needs these lines:\n${lines}`,
        true,
      )
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

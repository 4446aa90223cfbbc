import * as core from '@actions/core'
import type { ReportInput } from '../../report/input.ts'
import { GitHubError } from '../github/error.ts'
import { type GitHubAccess, withGitHub } from '../github/from-env.ts'
import type { Settings } from '../settings.ts'
import { type Posted, post } from './post.ts'
import type { Target } from './target.ts'
import { noToken, type Trouble, troubleOf } from './trouble.ts'
import { imageId, isWorthSaying, renderWords, sharedId } from './words.ts'

/** Milliseconds that a comment may cost. */
const most = 45_000

/** What came of a comment; `unwanted` where the settings want none. */
export type Commented =
  Posted | { readonly kind: 'unwanted' } | { readonly kind: 'failed'; readonly trouble: Trouble }

/** Comments on the pull request. What goes wrong between here and GitHub is told, not thrown. */
export async function comment(
  reports: readonly ReportInput[],
  target: Target,
  { comment: when }: Pick<Settings, 'comment'>,
  access: GitHubAccess,
): Promise<Commented> {
  if (when === 'never') return { kind: 'unwanted' }
  const { env, token } = access
  const { pull, mark, isFork, workflow } = target
  if (token === undefined) return { kind: 'failed', trouble: noToken }
  const section = imageId(reports)
  const shared = when === 'merged'
  const runsUrl = `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${pull.repository}/actions/runs`
  try {
    return await withGitHub({ ...access, token }, most, (github) =>
      post(github, {
        ...{ pull, mark, section, shared },
        comment: shared ? sharedId(workflow) : section,
        create: when === 'always' || isWorthSaying(reports),
        render: (maxCharacters) => renderWords(reports, mark, runsUrl, maxCharacters),
      }),
    )
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { kind: 'failed', trouble: troubleOf(error, isFork) }
  }
}

/** Tells the log what came of it, where that is not plain to see; `more` is added to a trouble. */
export function tellCommented(commented: Commented, more = ''): void {
  switch (commented.kind) {
    case 'created':
    case 'updated':
    case 'none':
    case 'unwanted':
      return
    case 'superseded':
      core.info('no comment: a later run has commented already')
      return
    case 'failed': {
      const { level, text } = commented.trouble
      if (level === 'warning') core.warning(text + more)
      else core.notice(text + more)
    }
  }
}

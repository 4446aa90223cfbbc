import * as core from '@actions/core'
import type { ReportInput } from '../../report/input.ts'
import { GitHubError } from '../github/error.ts'
import { withGitHub } from '../github/from-env.ts'
import type { Settings } from '../settings.ts'
import { post } from './post.ts'
import type { Target } from './target.ts'
import { tokenNotice, type Trouble, troubleOf } from './trouble.ts'
import { imageId, isWorthSaying, renderWords, sharedId } from './words.ts'

/** Milliseconds that a comment may cost. */
const patience = 45_000

/**
 * Comments on the pull request, or says why not. Gives whether someone with a token that can write is to do it instead.
 */
export async function comment(
  reports: readonly ReportInput[],
  target: Target,
  { comment: when, token }: Pick<Settings, 'comment' | 'token'>,
  env: NodeJS.ProcessEnv,
): Promise<'done' | 'hand over'> {
  if (when === 'never') return 'done'
  const { pull, mark, isFork, workflow } = target
  if (token === undefined) return told(tokenNotice)
  const section = imageId(reports)
  const shared = when === 'merged'
  const runsUrl = `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${pull.repository}/actions/runs`
  try {
    const posted = await withGitHub(env, token, patience, (github) =>
      post(github, {
        ...{ pull, mark, section, shared },
        comment: shared ? sharedId(workflow) : section,
        create: when === 'always' || isWorthSaying(reports),
        render: (maxCharacters) => renderWords(reports, mark, runsUrl, maxCharacters),
      }),
    )
    if (posted.kind === 'superseded') core.info('no comment: a later run has commented already')
    return 'done'
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const trouble = troubleOf(error, isFork)
    const lacksPermission = ['forbidden', 'unauthorized', 'not-found'].includes(error.kind)
    return told(trouble, lacksPermission ? 'hand over' : 'done')
  }
}

function told({ level, text }: Trouble, next: 'done' | 'hand over' = 'hand over'): 'done' | 'hand over' {
  if (level === 'warning') core.warning(text)
  else core.notice(text)
  return next
}

import * as v from 'valibot'
import type { GitHub } from '../github/client.ts'
import { GitHubError } from '../github/error.ts'
import { isBodyOf } from './body.ts'

/** A comment on a pull request. */
export interface Comment {
  readonly id: number
  readonly body: string
  /** Login; an app's ends in `[bot]`, which no person's can. */
  readonly author: string
  readonly address: string
}

/** A pull request: `owner/name` of its repository, and its number. */
export interface PullRequest {
  readonly repository: string
  readonly number: number
}

const commentSchema = v.object({
  id: v.pipe(v.number(), v.safeInteger()),
  body: v.optional(v.nullable(v.string())),
  // A user that is gone is null.
  user: v.nullable(v.object({ login: v.string() })),
  html_url: v.optional(v.string(), ''),
})

/** The comments that have the mark of this one, on any page, the oldest first; by whomever. */
export async function markedComments(
  github: GitHub,
  pull: PullRequest,
  id: string,
): Promise<readonly Comment[]> {
  const found: Comment[] = []
  for await (const item of github.list(`${issuePath(pull)}/comments`)) {
    const comment = parseComment(item)
    if (isBodyOf(id, comment.body)) found.push(comment)
  }
  return found.sort((a, b) => a.id - b.id)
}

export async function createComment(github: GitHub, pull: PullRequest, body: string): Promise<Comment> {
  return parseComment(await github.send('POST', `${issuePath(pull)}/comments`, { body }))
}

/** Whether it was there to be updated. */
export async function updateComment(
  github: GitHub,
  pull: PullRequest,
  id: number,
  body: string,
): Promise<boolean> {
  return whereItIs(() => github.send('PATCH', commentPath(pull, id), { body }))
}

export async function deleteComment(github: GitHub, pull: PullRequest, id: number): Promise<void> {
  await whereItIs(() => github.send('DELETE', commentPath(pull, id)))
}

/** The commit that the pull request's branch is at. */
export async function headOf(github: GitHub, pull: PullRequest): Promise<string> {
  const schema = v.object({ head: v.object({ sha: v.string() }) })
  const answer = v.safeParse(schema, await github.get(`/repos/${pull.repository}/pulls/${pull.number}`))
  if (!answer.success) throw new GitHubError('broken', 'GitHub described a pull request without its head')
  return answer.output.head.sha
}

/** Issues and pull requests are numbered and commented together. */
function issuePath({ repository, number }: PullRequest): string {
  return `/repos/${repository}/issues/${number}`
}

function commentPath({ repository }: PullRequest, id: number): string {
  return `/repos/${repository}/issues/comments/${id}`
}

async function whereItIs(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (error instanceof GitHubError && error.kind === 'not-found') return false
    throw error
  }
}

function parseComment(json: unknown): Comment {
  const result = v.safeParse(commentSchema, json)
  if (!result.success) throw new GitHubError('broken', 'GitHub listed a comment without an id or an author')
  const { id, body, user, html_url: address } = result.output
  return { id, body: body ?? '', author: user?.login ?? '', address }
}

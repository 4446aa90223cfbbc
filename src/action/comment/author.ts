import * as v from 'valibot'
import type { GitHub } from '../github/client.ts'
import { GitHubError } from '../github/error.ts'

/** Who comments with the token that a job has by itself. */
const ownToken = 'github-actions[bot]'

const viewer = v.object({
  data: v.object({ viewer: v.object({ login: v.pipe(v.string(), v.minLength(1)) }) }),
})

/**
 * The login that a token comments as. REST tells it to people alone (`GET /user`); GraphQL's `viewer` answers every
 * kind of token, an app's with `name[bot]`. Where it does not answer, the job's own token is assumed: a wrong guess
 * finds no comment, and the first one that is made says who its author is.
 */
export async function loginOf(github: GitHub): Promise<string> {
  try {
    const answer = v.safeParse(viewer, await github.query('query { viewer { login } }'))
    return answer.success ? answer.output.data.viewer.login : ownToken
  } catch (error) {
    if (error instanceof GitHubError) return ownToken
    throw error
  }
}

import { type Patience, usedUp } from '../patience.ts'
import { createGitHub, type GitHub } from './client.ts'
import { GitHubError } from './error.ts'

/** The way to GitHub, as the runner says where it is. */
export interface GitHubAccess {
  readonly env: NodeJS.ProcessEnv
  /** Undefined where there is none: then GitHub is not asked. */
  readonly token: string | undefined
  readonly patience: Patience
}

/** Does something with GitHub in at most so many milliseconds, and lets it go. */
export async function withGitHub<T>(
  { env, token, patience }: GitHubAccess & { readonly token: string },
  most: number,
  act: (github: GitHub) => Promise<T>,
): Promise<T> {
  const left = patience.left(most)
  if (left === 0) throw new GitHubError('unreachable', `GitHub was not asked: ${usedUp}`)
  const github = createGitHub({
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    graphqlUrl: env['GITHUB_GRAPHQL_URL'],
    token,
    patience: left,
  })
  try {
    return await patience.pay(() => act(github))
  } finally {
    await github.close()
  }
}

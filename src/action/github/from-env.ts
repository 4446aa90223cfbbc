import { createGitHub, type GitHub } from './client.ts'

/** Does something with GitHub, as the runner says where it is, and lets it go. Patience in milliseconds. */
export async function withGitHub<T>(
  env: NodeJS.ProcessEnv,
  token: string,
  patience: number,
  act: (github: GitHub) => Promise<T>,
): Promise<T> {
  const github = createGitHub({
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    graphqlUrl: env['GITHUB_GRAPHQL_URL'],
    token,
    patience,
  })
  try {
    return await act(github)
  } finally {
    await github.close()
  }
}

import * as v from 'valibot'
import type { PullRequest } from './comment/comments.ts'
import { GitHubError } from './github/error.ts'
import { type GitHubAccess, withGitHub } from './github/from-env.ts'

/** Milliseconds that asking for labels may cost. */
const most = 10_000

const labelSchema = v.object({ name: v.string() })

/** The labels of a pull request as they are now; undefined where GitHub does not say. */
export async function labelsOf(
  { repository, number }: PullRequest,
  access: GitHubAccess,
): Promise<readonly string[] | undefined> {
  const { token } = access
  if (token === undefined) return undefined
  try {
    return await withGitHub({ ...access, token }, most, async (github) => {
      const names: string[] = []
      for await (const label of github.list(`/repos/${repository}/issues/${number}/labels`)) {
        const parsed = v.safeParse(labelSchema, label)
        if (parsed.success) names.push(parsed.output.name)
      }
      return names
    })
  } catch (error) {
    if (error instanceof GitHubError) return undefined
    throw error
  }
}

/** Whether a label is among others. GitHub has no two that differ in case alone. */
export function hasLabel(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label.toLowerCase() === wanted.toLowerCase())
}

import * as v from 'valibot'
import type { CommitGraph } from '../../ports.ts'
import { shaSchema } from '../comment/target.ts'
import { GitHubError } from '../github/error.ts'
import { type GitHubAccess, withGitHub } from '../github/from-env.ts'

/** How many commits a search goes back: a page of GitHub's. */
export const farthest = 100

/** Milliseconds that asking GitHub for commits may cost. */
const most = 10_000

const commits = v.array(v.object({ sha: shaSchema, parents: v.array(v.object({ sha: shaSchema })) }))

/** A commit and those before it along first parents, newest first, from the checkout; undefined in a shallow one. */
export function localLineage(graph: CommitGraph, commit: string): Promise<readonly string[] | undefined> {
  return graph.ancestors(commit, farthest)
}

/** The same as GitHub knows it; undefined where it does not answer. */
export async function remoteLineage(
  commit: string,
  repository: string,
  access: GitHubAccess,
): Promise<readonly string[] | undefined> {
  const { token } = access
  if (token === undefined) return undefined
  try {
    const answer = await withGitHub({ ...access, token }, most, (github) =>
      github.get(`/repos/${repository}/commits`, { sha: commit, per_page: farthest }),
    )
    const parsed = v.safeParse(commits, answer)
    return parsed.success ? firstParents(commit, parsed.output) : undefined
  } catch (error) {
    if (error instanceof GitHubError) return undefined
    throw error
  }
}

/** The list has both sides of every merge, by their dates. */
function firstParents(commit: string, listed: v.InferOutput<typeof commits>): readonly string[] | undefined {
  const parentOf = new Map(listed.map(({ sha, parents }) => [sha, parents[0]?.sha]))
  const line: string[] = []
  for (let at: string | undefined = commit; at !== undefined && line.length < farthest;) {
    line.push(at)
    const before: string | undefined = parentOf.get(at)
    parentOf.delete(at)
    at = before
  }
  return line.length > 1 || listed.length === 1 ? line : undefined
}

import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import type { PullRequest } from './comments.ts'
import type { RunMark } from './run-mark.ts'

/** The pull request that a run is for. */
export interface Target {
  readonly pull: PullRequest
  readonly mark: RunMark
  /** Whether its commits come from another repository, so that the job's token can only read. */
  readonly isFork: boolean
  /** Path of the workflow in its repository. */
  readonly workflow: string
}

export const shaSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, 'is not a commit'))
export const repositorySchema = v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/, 'is not owner/name'))

const eventSchema = v.object({
  pull_request: v.object({
    number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    head: v.object({
      sha: shaSchema,
      // A fork that was deleted is null.
      repo: v.nullable(v.object({ full_name: v.string() })),
    }),
  }),
})

/** The pull request of the event, or undefined where the event has none. */
export async function readTarget(env: NodeJS.ProcessEnv): Promise<Target | undefined> {
  const path = env['GITHUB_EVENT_PATH']
  if (env['GITHUB_EVENT_NAME'] !== 'pull_request' || path === undefined) return undefined
  return parseTarget(JSON.parse(await readFile(path, 'utf8')), env)
}

export function parseTarget(event: unknown, env: NodeJS.ProcessEnv): Target | undefined {
  const parsed = v.safeParse(eventSchema, event)
  const repository = v.safeParse(repositorySchema, env['GITHUB_REPOSITORY'])
  const run = Number(env['GITHUB_RUN_ID'])
  const attempt = Number(env['GITHUB_RUN_ATTEMPT'] ?? 1)
  if (!parsed.success || !repository.success || !Number.isSafeInteger(run)) return undefined
  const { number, head } = parsed.output.pull_request
  return {
    pull: { repository: repository.output, number },
    mark: { run, attempt: Number.isSafeInteger(attempt) ? attempt : 1, sha: head.sha },
    isFork: head.repo?.full_name !== repository.output,
    workflow: workflowPath(env, repository.output),
  }
}

/** From `acme/api/.github/workflows/image.yml@refs/pull/1/merge`; a matrix and a re-run have the same. */
function workflowPath(env: NodeJS.ProcessEnv, repository: string): string {
  const reference = env['GITHUB_WORKFLOW_REF']
  if (reference === undefined) return env['GITHUB_WORKFLOW'] ?? ''
  const path = reference.replace(/@.*/s, '')
  return path.startsWith(`${repository}/`) ? path.slice(repository.length + 1) : path
}

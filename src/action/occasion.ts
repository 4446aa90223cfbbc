import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { repositorySchema, shaSchema } from './comment/target.ts'

/** A branch, and the commit it is at. */
export interface BranchTip {
  readonly branch: string
  readonly sha: string
}

/** What made a run start, as far as a baseline or a label depends on it. */
export type RunEvent =
  | {
      readonly kind: 'pull_request'
      readonly number: number
      readonly base: BranchTip
      readonly head: string
      readonly labels: readonly string[]
    }
  | { readonly kind: 'merge_group'; readonly base: BranchTip }
  /** `before`: where the branch was; undefined for a new one. */
  | { readonly kind: 'push'; readonly branch: string; readonly before: string | undefined }
  /** By hand or by the clock, on a branch that no one pushed to just now. */
  | { readonly kind: 'branch'; readonly branch: string; readonly isDefault: boolean }
  /** A tag, a release, or something that this action does not know. */
  | { readonly kind: 'other' }

/** A run's place in the history of its repository. */
export interface Occasion {
  readonly event: RunEvent
  /** `owner/name` */
  readonly repository: string
  /** The commit that the run is for; of a pull request its merge into the base. */
  readonly sha: string
}

const ref = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
const pullRequest = v.object({
  pull_request: v.object({
    number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    base: v.object({ ref, sha: shaSchema }),
    head: v.object({ sha: shaSchema }),
    labels: v.optional(v.array(v.object({ name: v.string() })), []),
  }),
})
const mergeGroup = v.object({ merge_group: v.object({ base_ref: ref, base_sha: shaSchema }) })
const push = v.object({ before: v.optional(shaSchema) })
const anywhere = v.object({ repository: v.object({ default_branch: ref }) })

/** The occasion of this run; undefined outside of GitHub, and where it does not say enough. */
export async function readOccasion(env: NodeJS.ProcessEnv): Promise<Occasion | undefined> {
  const text = await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8').catch(() => '{}')
  let payload: unknown
  try {
    payload = JSON.parse(text)
  } catch {
    payload = {}
  }
  return parseOccasion(payload, env)
}

export function parseOccasion(payload: unknown, env: NodeJS.ProcessEnv): Occasion | undefined {
  const repository = v.safeParse(repositorySchema, env['GITHUB_REPOSITORY'])
  const sha = v.safeParse(shaSchema, env['GITHUB_SHA'])
  if (!repository.success || !sha.success) return undefined
  return { event: parseEvent(payload, env), repository: repository.output, sha: sha.output }
}

function parseEvent(payload: unknown, env: NodeJS.ProcessEnv): RunEvent {
  const branch = branchOf(env['GITHUB_REF'])
  switch (env['GITHUB_EVENT_NAME']) {
    case 'pull_request': {
      const parsed = v.safeParse(pullRequest, payload)
      if (!parsed.success) return { kind: 'other' }
      const { number, base, head, labels } = parsed.output.pull_request
      const names = labels.map(({ name }) => name)
      const tip = { branch: base.ref, sha: base.sha }
      return { kind: 'pull_request', number, base: tip, head: head.sha, labels: names }
    }
    case 'merge_group': {
      const parsed = v.safeParse(mergeGroup, payload)
      if (!parsed.success) return { kind: 'other' }
      const { base_ref, base_sha } = parsed.output.merge_group
      return { kind: 'merge_group', base: { branch: branchOf(base_ref) ?? base_ref, sha: base_sha } }
    }
    case 'push': {
      if (branch === undefined) return { kind: 'other' }
      const parsed = v.safeParse(push, payload)
      const before = parsed.success ? parsed.output.before : undefined
      return {
        kind: 'push',
        branch,
        before: before !== undefined && /[^0]/.test(before) ? before : undefined,
      }
    }
    case 'workflow_dispatch':
    case 'schedule': {
      if (branch === undefined) return { kind: 'other' }
      const parsed = v.safeParse(anywhere, payload)
      const isDefault = parsed.success && parsed.output.repository.default_branch === branch
      return { kind: 'branch', branch, isDefault }
    }
    default:
      return { kind: 'other' }
  }
}

/** Undefined for a tag, and for the branches that a merge queue makes for a moment. */
function branchOf(name: string | undefined): string | undefined {
  const branch = /^refs\/heads\/(.+)$/s.exec(name ?? '')?.[1]
  return branch?.startsWith('gh-readonly-queue/') === true ? undefined : branch
}

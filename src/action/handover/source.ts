import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import { repositorySchema, shaSchema } from '../comment/target.ts'

/** The run that a workflow_run event is about, as GitHub says it: none of it was said by the run itself. */
export interface SourceRun {
  readonly repository: string
  readonly id: number
  readonly attempt: number
  /** Event that started it. */
  readonly event: string
  readonly headSha: string
  /** Branch of the head; undefined where there is none. */
  readonly headBranch: string | undefined
  /** `owner/name` of the repository that the head is in; undefined where it is gone. */
  readonly headRepository: string | undefined
  /** Path of its workflow. */
  readonly workflow: string
}

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const schema = v.object({
  workflow_run: v.object({
    id: number,
    run_attempt: v.optional(number, 1),
    event: v.string(),
    head_sha: shaSchema,
    head_branch: v.nullable(v.string()),
    head_repository: v.optional(v.nullable(v.object({ full_name: repositorySchema }))),
    path: v.optional(v.string(), ''),
  }),
  repository: v.object({ full_name: repositorySchema }),
})

/** The run of a workflow_run event. Throws Failure on any other event, which has none. */
export function parseSourceRun(event: unknown, name: string | undefined): SourceRun {
  const parsed = v.safeParse(schema, event)
  if (name !== 'workflow_run' || !parsed.success) {
    throw new Failure(
      'usage',
      `this action posts what another workflow measured, and not on ${name ?? 'no event'}`,
      {
        hint: 'use it in a workflow of its own with `on: {workflow_run: {workflows: […], types: [completed]}}`',
      },
    )
  }
  const { workflow_run: run, repository } = parsed.output
  return {
    repository: repository.full_name,
    id: run.id,
    attempt: run.run_attempt,
    event: run.event,
    headSha: run.head_sha,
    headBranch: run.head_branch ?? undefined,
    headRepository: run.head_repository?.full_name,
    workflow: run.path.replace(/@.*/s, ''),
  }
}

import type { ActionInputs } from './action/inputs.ts'
import type { Patience } from './action/patience.ts'
import { leaveForPost } from './action/post-state.ts'
import { meetService, type Service } from './action/service.ts'
import { run as runProgram } from './host/process.ts'
import { betweenRuns, placeOf } from './host/store/between-runs.ts'
import { run, type RunContext, type RunResult } from './run.ts'

/** What came of a job's run, and how its baseline is kept once all has been told. */
export interface JobResult extends Pick<Service, 'keep'> {
  readonly result: RunResult
}

/** One run in a job: with what earlier jobs left, compared as GitHub's event wants it. Leaves to post what to save. */
export async function runJob(
  { inputs, settings }: ActionInputs,
  {
    patience,
    ...context
  }: Omit<RunContext, 'ports' | 'restore' | 'details'> & { readonly patience: Patience },
): Promise<JobResult> {
  const { env, signal } = context
  const { cache, ports, keep } = await meetService(settings, { env, run: runProgram, signal, patience })
  const kept = cache && betweenRuns(cache, placeOf(env))
  const details = { trees: settings.uploadReport, inventory: true }
  const result = await run(inputs, { ...context, ports, details, restore: kept?.restore })
  leaveForPost(await kept?.remember())
  return { result, keep }
}

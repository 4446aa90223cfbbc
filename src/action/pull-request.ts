import * as core from '@actions/core'
import { visible } from '../report/escape.ts'
import type { ReportInput } from '../report/input.ts'
import { comment } from './comment/comment.ts'
import { readTarget } from './comment/target.ts'
import type { Settings } from './settings.ts'

/** Tells the pull request, where the run is for one. Whatever goes wrong with that is a warning. */
export async function tellPullRequest(
  reports: readonly ReportInput[],
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    const target = await readTarget(env)
    if (target === undefined) return
    await comment(reports, target, settings, env)
  } catch (error) {
    core.warning(`no comment on the pull request: ${visible((error as Error).message)}`)
  }
}

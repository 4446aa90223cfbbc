import * as core from '@actions/core'
import { tmpdir } from 'node:os'
import { visible } from '../report/escape.ts'
import { renderText } from '../report/text.ts'
import { outputsOf } from './outputs.ts'
import { tellPullRequest } from './pull-request.ts'
import { writeReportFiles } from './report-files.ts'
import type { Settings } from './settings.ts'
import { renderSummary } from './summary.ts'
import type { Told } from './told.ts'

/**
 * Tells the result: log, report files, outputs, job summary, the verdict as annotations and exit status, and last,
 * because it asks others, the comment.
 */
export async function tell(
  told: Told,
  log: { write(text: string): unknown },
  context: { readonly env: NodeJS.ProcessEnv; readonly colour: boolean; readonly settings: Settings },
): Promise<void> {
  const { env, colour, settings } = context
  log.write(told.reports.map((report) => renderText(report, { colour, columns: 100 })).join('\n'))
  const files = await writeReportFiles(told.reports, env['RUNNER_TEMP'] ?? tmpdir())
  for (const [name, value] of Object.entries(outputsOf(told, files))) core.setOutput(name, value)
  await writeSummary(renderSummary(told.reports))
  for (const line of brokenRules(told, 'warn')) core.warning(line)
  if (told.verdict === 'fail') core.setFailed(brokenRules(told, 'fail').join('\n'))
  await tellPullRequest(told.reports, settings, env)
}

/** A summary that cannot be written, on a runner without one, is no reason to fail a build. */
async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(markdown).write()
  } catch (error) {
    core.warning(`no job summary was written: ${visible((error as Error).message)}`)
  }
}

/** `api: download > 250 MB: download is 261 MB`, for each rule with this outcome. */
function brokenRules({ reports }: Told, outcome: 'warn' | 'fail'): readonly string[] {
  return reports.flatMap(({ name, verdict }) =>
    verdict.rules
      .filter((rule) => rule.outcome === outcome)
      .map(({ rule, reason }) => visible(`${name} is over budget: ${rule.text}: ${reason}`)),
  )
}

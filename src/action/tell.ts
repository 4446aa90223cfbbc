import * as core from '@actions/core'
import { tmpdir } from 'node:os'
import { renderText } from '../report/text.ts'
import { annotate } from './annotate.ts'
import { createArtifactClient, type RunProgram } from './artifact/client.ts'
import { programBeside } from './cache/program.ts'
import { outputsOf } from './outputs.ts'
import type { Patience } from './patience.ts'
import { tellPullRequest } from './pull-request.ts'
import { writeReportFiles } from './report-files.ts'
import type { Settings } from './settings.ts'
import { writeSummary } from './summary.ts'
import type { Told } from './told.ts'
import { uploadReport } from './upload-report.ts'

export interface TellContext {
  readonly env: NodeJS.ProcessEnv
  readonly colour: boolean
  readonly settings: Settings
  readonly runProgram: RunProgram
  readonly patience: Patience
}

/**
 * Tells the result: log, report files, outputs, job summary, the verdict as annotations and exit status, and last,
 * because they ask others, the comment and the artifact.
 */
export async function tell(
  told: Told,
  log: { write(text: string): unknown },
  context: TellContext,
): Promise<void> {
  const { env, colour, settings, runProgram, patience } = context
  log.write(told.reports.map((report) => renderText(report, { colour, columns: 100 })).join('\n'))
  const files = await writeReportFiles(told.reports, env['RUNNER_TEMP'] ?? tmpdir())
  for (const [name, value] of Object.entries(outputsOf(told, files))) core.setOutput(name, value)
  await writeSummary(told.reports)
  annotate(told, env['GITHUB_WORKSPACE'] ?? process.cwd())
  const program = programBeside(process.argv[1] ?? '', 'upload')
  const artifacts = createArtifactClient({ run: runProgram, program, env, patience })
  // Where there is time for one of them only, it is the comment.
  await tellPullRequest(told.reports, settings, { env, artifacts, patience })
  if (settings.uploadReport) await uploadReport(told.reports, files, { env, artifacts })
}

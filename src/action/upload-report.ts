import * as core from '@actions/core'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { visible } from '../report/escape.ts'
import { renderHtml } from '../report/html/page.ts'
import type { ReportInput } from '../report/input.ts'
import type { ArtifactClient } from './artifact/client.ts'
import { imageId } from './comment/words.ts'
import { platformSuffix, type ReportFiles } from './report-files.ts'

/**
 * Keeps the report files and a page for each platform as an artifact of the run, one for each image and attempt. That
 * it cannot be kept is a warning.
 */
export async function uploadReport(
  reports: readonly ReportInput[],
  files: ReportFiles,
  { env, artifacts }: { readonly env: NodeJS.ProcessEnv; readonly artifacts: ArtifactClient },
): Promise<void> {
  try {
    const root = dirname(files.report)
    const pages: string[] = []
    for (const report of reports) {
      const page = join(root, `report${platformSuffix(report, reports)}.html`)
      await writeFile(page, renderHtml(report))
      pages.push(page)
    }
    const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1'
    const name = `pydeps-image-report-${imageId(reports)}-${attempt}`
    const uploaded = await artifacts.upload({
      name,
      files: [files.measurement, files.report, ...files.sboms, ...pages],
      root,
    })
    if (uploaded.kind === 'uploaded') core.info(`the report is kept as the artifact ${name}`)
    else if (uploaded.severity === 'notice') core.notice(`the report was not uploaded: ${uploaded.reason}`)
    else core.warning(`the report was not uploaded: ${uploaded.reason}`)
  } catch (error) {
    core.warning(`the report was not uploaded: ${visible((error as Error).message)}`)
  }
}

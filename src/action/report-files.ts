import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReportInput } from '../report/input.ts'
import { renderMarkdown } from '../report/markdown.ts'

/** Absolute paths. */
export interface ReportFiles {
  readonly measurement: string
  readonly report: string
}

/** Writes the reports into a new folder below `parent`, so that two uses of the action in a job keep their own. */
export async function writeReportFiles(
  reports: readonly ReportInput[],
  parent: string,
): Promise<ReportFiles> {
  const folder = await mkdtemp(join(parent, 'pydeps-image-'))
  const files = { measurement: join(folder, 'measurement.json'), report: join(folder, 'report.md') }
  const measurements = reports.map(({ measurement }) => measurement)
  const json = measurements.length === 1 ? measurements[0] : measurements
  await writeFile(files.measurement, `${JSON.stringify(json, null, 2)}\n`)
  await writeFile(files.report, reports.map((report) => renderMarkdown(report)).join('\n'))
  return files
}

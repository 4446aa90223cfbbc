import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReportInput } from '../report/input.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderSbom } from '../report/sbom/sbom.ts'

/** Absolute paths. */
export interface ReportFiles {
  readonly measurement: string
  readonly report: string
  /** Bills of materials, one for each platform. */
  readonly sboms: readonly string[]
}

/** Writes the reports into a new folder below `parent`, so that two uses of the action in a job keep their own. */
export async function writeReportFiles(
  reports: readonly ReportInput[],
  parent: string,
): Promise<ReportFiles> {
  const folder = await mkdtemp(join(parent, 'pydeps-image-'))
  const files = { measurement: join(folder, 'measurement.json'), report: join(folder, 'report.md') }
  const sboms: string[] = []
  const measurements = reports.map(({ measurement }) => measurement)
  const json = measurements.length === 1 ? measurements[0] : measurements
  await writeFile(files.measurement, `${JSON.stringify(json, null, 2)}\n`)
  await writeFile(files.report, reports.map((report) => renderMarkdown(report)).join('\n'))
  for (const report of reports) {
    const { name, inventory } = report
    if (inventory === undefined) continue
    const file = join(folder, `sbom${platformSuffix(report, reports)}.cdx.json`)
    await writeFile(file, renderSbom(name, inventory))
    sboms.push(file)
  }
  return { ...files, sboms }
}

/** What tells the files of one platform from those of the others, as `-linux-arm64`; nothing where there is one. */
export function platformSuffix({ measurement }: ReportInput, reports: readonly ReportInput[]): string {
  return reports.length === 1 ? '' : `-${measurement.image.platform.replace(/\W/g, '-')}`
}

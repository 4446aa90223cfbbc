import { writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { Failure } from '../failure.ts'
import type { ReportPaths, SbomPath } from '../inputs.ts'
import type { ReportInput } from '../report/input.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderSbom } from '../report/sbom/sbom.ts'
import { renderText } from '../report/text.ts'
import type { Screen } from './screen.ts'

interface Told {
  readonly reports: readonly ReportInput[]
}

/**
 * Writes the reports that were asked for: as JSON, markdown and pages where the user said, and for the person at the
 * terminal, unless one of the files is standard output.
 */
export async function tell(
  { reports }: Told,
  { inputs, quiet }: { readonly inputs: ReportPaths & Partial<SbomPath>; readonly quiet: boolean },
  { stdout, screen }: { readonly stdout: { write(text: string): unknown }; readonly screen: Screen },
): Promise<void> {
  const measurements = reports.map(({ measurement }) => measurement)
  const json = `${JSON.stringify(measurements.length === 1 ? measurements[0] : measurements, null, 2)}\n`
  const files = [
    { path: inputs.json, text: () => json },
    { path: inputs.markdown, text: () => reports.map((report) => renderMarkdown(report)).join('\n\n') },
    ...reports.map((report) => ({
      path: ownPath(inputs.html, report, reports.length),
      text: () => renderHtml(report),
    })),
    ...reports.flatMap((report) => {
      const { name, inventory } = report
      const path = ownPath(inputs.sbom, report, reports.length)
      return inventory === undefined ? [] : [{ path, text: () => renderSbom(name, inventory) }]
    }),
  ]
  for (const { path, text } of files) {
    if (path === '-') stdout.write(text())
    else if (path !== undefined) await writeReport(path, text())
  }
  if (quiet || files.some(({ path }) => path === '-')) return
  const options = { colour: screen.colour, columns: Math.min(screen.columns, 100) }
  stdout.write(reports.map((report) => renderText(report, options)).join('\n'))
}

/** What is about one image: of several platforms each has its own, `report.linux-arm64.html`. */
function ownPath(path: string | undefined, { measurement }: ReportInput, count: number): string | undefined {
  if (path === undefined || count === 1) return path
  const platform = measurement.image.platform.replace(/[^\w.]+/g, '-')
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.${platform}${ext}`)
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new Failure('usage', `the report ${path} cannot be written: ${(cause as Error).message}`, {
      hint: 'name a file in a folder that exists and may be written',
      cause,
    })
  }
}

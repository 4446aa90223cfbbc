import * as core from '@actions/core'
import { visible } from '../report/escape.ts'
import type { ReportInput } from '../report/input.ts'
import { renderMarkdown } from '../report/markdown.ts'

/** Bytes that a step's summary may have on GitHub; a larger one is refused as a whole. */
export const summaryBytes = 1024 * 1024

/** The reports as the job summary, within its limit whatever the characters. */
export function renderSummary(reports: readonly ReportInput[]): string {
  // A UTF-16 code unit is at most three bytes of UTF-8; one byte is left for the line end between two reports.
  const maxCharacters = Math.floor((summaryBytes / Math.max(1, reports.length) - 1) / 3)
  return reports.map((report) => renderMarkdown(report, { maxCharacters })).join('\n')
}

/** Writes the job summary. That it cannot be written, on a runner without one, is no reason to fail. */
export async function writeSummary(reports: readonly ReportInput[]): Promise<void> {
  try {
    await core.summary.addRaw(renderSummary(reports)).write()
  } catch (error) {
    core.warning(`no job summary was written: ${visible((error as Error).message)}`)
  }
}

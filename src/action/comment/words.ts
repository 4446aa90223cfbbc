import type { ReportInput } from '../../report/input.ts'
import { renderMarkdown } from '../../report/markdown.ts'
import { idOf } from './body.ts'
import type { RunMark } from './run-mark.ts'

/** Id of what the reports are about: the images by their names and platforms. */
export function imageId(reports: readonly ReportInput[]): string {
  return idOf('image', ...reports.flatMap(({ name, measurement }) => [name, measurement.image.platform]))
}

/** Id of the comment that all images of a workflow share; `workflow` is its path, without the branch. */
export function sharedId(workflow: string): string {
  return idOf('merged', workflow)
}

/** Whether there is more to tell than what an image is. */
export function isWorthSaying(reports: readonly ReportInput[]): boolean {
  return reports.some(
    ({ delta, verdict }) => delta !== undefined || verdict?.overall === 'fail' || verdict?.overall === 'warn',
  )
}

/** The reports as a comment of at most so many characters, with the commit and the run they are of. */
export function renderWords(
  reports: readonly ReportInput[],
  { sha, run, attempt }: RunMark,
  runsUrl: string,
  maxCharacters: number,
): string {
  const footer = `\n<sub>Commit ${sha.slice(0, 7)}, [run ${run}](${runsUrl}/${run}/attempts/${attempt})</sub>\n`
  const room = Math.floor((maxCharacters - footer.length) / Math.max(1, reports.length)) - 1
  return reports.map((report) => renderMarkdown(report, { maxCharacters: room })).join('\n') + footer
}

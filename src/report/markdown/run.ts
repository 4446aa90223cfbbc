import { formatDuration, formatDurationDelta } from '../../units/duration.ts'
import { codeSpan, prose } from '../escape.ts'
import type { ReportInput } from '../input.ts'
import { mermaidChart, trendOf } from '../trend.ts'
import { cell } from './cell.ts'
import { folded } from './fold.ts'
import type { Section } from './section.ts'
import { type Column, table } from './table.ts'

/** What the reader should know. */
export function notes({ notes: all }: ReportInput): Section {
  const rows = all.map((note) => `- ⚠️ ${prose(note)}\n`)
  return { rowName: 'notes', before: '', rows, after: '\n', importance: 9 }
}

/** How the download went from commit to commit. */
export function trend(input: ReportInput): Section {
  const found = trendOf(input)
  const rows = found === undefined ? [] : [`\`\`\`mermaid\n${mermaidChart(found)}\`\`\`\n`]
  const title = found && `Download of the last ${found.points.length} commits: ${found.summary}`
  return folded(title ?? '', 'chart', 4, { before: '', rows })
}

/** The steps of the run, with their times. */
export function steps({ measurement, delta }: ReportInput): Section {
  const rows = measurement.timings.map(({ step, ms, cached, detail }) => {
    const change = delta?.timings.find((timing) => timing.step === step)?.time
    const moved = change?.kind === 'compared' ? formatDurationDelta(change.delta) : ''
    const said = detail === undefined ? '' : prose(detail, { inTable: true })
    return [cell(step), formatDuration(ms), moved, [cached ? 'cached' : '', said].filter(Boolean).join(': ')]
  })
  const columns: readonly Column[] = [
    ['step', 'left'],
    ['time', 'right'],
    ['delta', 'right'],
    ['', 'left'],
  ]
  return folded('Steps', 'steps', 1, table(columns, rows))
}

/** Where things lie. */
export function outputs({ outputs: all }: ReportInput): Section {
  const rows = all.map(({ label, value }) => `- ${prose(label)}: ${codeSpan(value, { length: 500 })}\n`)
  return { rowName: 'outputs', before: '', rows, after: '\n', importance: 7 }
}

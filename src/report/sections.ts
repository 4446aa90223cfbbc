import type { Outcome } from '../budget/verdict.ts'
import type { PackageChange } from '../compare/delta.ts'
import { shortDigest } from '../image/digest.ts'
import type { Part } from '../image/measurement.ts'
import { formatBytes, formatBytesDelta } from '../units/bytes.ts'
import { formatDuration, formatDurationDelta } from '../units/duration.ts'
import { bar } from './bar.ts'
import { codeSpan, prose } from './escape.ts'
import { figureRows, limitsOf } from './figures.ts'
import type { ReportInput } from './input.ts'
import type { Section } from './section.ts'
import { type Column, table } from './table.ts'
import { mermaidChart, trendOf } from './trend.ts'

const cell = (text: string, length = 80): string => codeSpan(text, { inTable: true, length })

/** Everything below the headline, in the order it is read. */
export function sections(input: ReportInput): readonly Section[] {
  return [
    notes(input),
    figures(input),
    budget(input),
    drift(input),
    packageChanges(input),
    folded(
      'What changed in the system',
      'system packages',
      4,
      changeTable(input.delta?.systemPackages ?? []),
    ),
    wasteChanges(input),
    trend(input),
    parts(input),
    packages(input),
    waste(input),
    layers(input),
    steps(input),
    outputs(input),
  ].filter((section) => section.rows.length > 0)
}

/** The mark of an outcome. */
export function markOf(outcome: Outcome): string {
  switch (outcome) {
    case 'pass':
      return '✅'
    case 'warn':
      return '⚠️'
    case 'fail':
      return '❌'
    case 'skipped':
      return '➖'
  }
}

function notes({ notes: all }: ReportInput): Section {
  const rows = all.map((note) => `- ⚠️ ${prose(note)}\n`)
  return { rowName: 'notes', before: '', rows, after: '\n', importance: 9 }
}

function figures({ measurement, delta, verdict }: ReportInput): Section {
  const rows = figureRows(measurement, delta)
  const limits = limitsOf(verdict)
  const compared = delta !== undefined
  const columns: readonly Column[] = [
    ['', 'left'],
    ...(compared ? [['baseline', 'right'] as const] : []),
    ['this', 'right'],
    ...(compared ? [['delta', 'right'] as const, ['', 'right'] as const] : []),
    ...(limits.size > 0 ? [['budget', 'right'] as const] : []),
  ]
  const cells = rows.map(({ figure, before, after, delta: change, growth }) => [
    figure,
    ...(compared ? [before] : []),
    after,
    ...(compared ? [change === '' ? '' : `**${change}**`, growth] : []),
    ...(limits.size > 0 ? [limits.get(figure) ?? ''] : []),
  ])
  const reasons = rows.filter(({ reason }) => reason !== '')
  const why = reasons.map(({ figure, reason }) => `- ${figure} is not compared: ${prose(reason)}\n`).join('')
  return {
    rowName: 'figures',
    ...table(columns, cells),
    after: why === '' ? '\n' : `\n${why}\n`,
    importance: 10,
  }
}

function budget({ verdict }: ReportInput): Section {
  const rows = (verdict?.rules ?? []).map(({ rule, outcome, reason }) => [
    markOf(outcome),
    cell(rule.text, 120),
    outcome === 'skipped' ? `skipped: ${prose(reason, { inTable: true })}` : prose(reason, { inTable: true }),
  ])
  return {
    rowName: 'rules',
    ...table(
      [
        ['', 'left'],
        ['budget', 'left'],
        ['', 'left'],
      ],
      rows,
    ),
    after: '\n',
    importance: 8,
  }
}

function drift({ delta }: ReportInput): Section {
  const moved = delta?.baseDrift
  const rows =
    moved === undefined
      ? []
      : [
          `The base image itself moved: download ${formatBytesDelta(moved.download)}, ` +
            `filesystem ${formatBytesDelta(moved.filesystem)}; that is no doing of this change.\n`,
        ]
  return { rowName: 'remarks', before: '', rows, after: '\n', importance: 7 }
}

function packageChanges({ delta }: ReportInput): Section {
  const { before, rows } = changeTable(delta?.packages ?? [])
  const title = `**What changed**: ${rows.length} package${rows.length === 1 ? '' : 's'}\n\n`
  return { rowName: 'packages', before: title + before, rows, after: '\n', importance: 6 }
}

const changeMarks = { added: '➕', removed: '➖', changed: '🔁' }

function changeTable(changes: readonly PackageChange[]): Pick<Section, 'before' | 'rows'> {
  return table(
    [
      ['', 'left'],
      ['package', 'left'],
      ['version', 'left'],
      ['size', 'right'],
      ['why', 'left'],
    ],
    changes.map((change) => [
      changeMarks[change.kind],
      cell(change.name),
      versions(change),
      change.delta === undefined ? '' : formatBytesDelta(change.delta),
      because(change),
    ]),
  )
}

function versions({ before, after }: PackageChange): string {
  const shown = [before, after].flatMap((state) => (state === undefined ? [] : [cell(state.version, 40)]))
  return shown[0] === shown[1] ? (shown[0] ?? '') : shown.join(' → ')
}

/** The shortest chain, as in `pydantic ← fastapi ← you`. */
function because({
  direct,
  requiredBy,
}: {
  readonly direct: boolean
  readonly requiredBy: readonly (readonly string[])[]
}): string {
  if (direct) return 'you'
  const [shortest, ...others] = [...requiredBy].sort((a, b) => a.length - b.length)
  if (shortest === undefined) return ''
  const names = shortest.slice(0, 5).map((name) => cell(name, 60))
  const gap = shortest.length > 5 ? ['…'] : []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [...names, ...gap, 'you'].join(' ← ') + more
}

function trend(input: ReportInput): Section {
  const found = trendOf(input)
  const rows = found === undefined ? [] : [`\`\`\`mermaid\n${mermaidChart(found)}\`\`\`\n`]
  const title = found && `Download of the last ${found.points.length} commits: ${found.summary}`
  return folded(title ?? '', 'chart', 4, { before: '', rows })
}

function parts({ measurement, delta }: ReportInput): Section {
  const { filesystem } = measurement.sizes
  const rows = Object.entries(measurement.parts).flatMap(([part, bytes]) => {
    const change = delta?.parts[part as Part]
    const moved = change?.kind === 'compared' && change.delta !== 0 ? formatBytesDelta(change.delta) : ''
    if (bytes === 0 && moved === '') return []
    const share = filesystem === 0 ? 0 : bytes / filesystem
    return [[part, formatBytes(bytes), `${(share * 100).toFixed(0)}%`, moved, bar(share, 20).trimEnd()]]
  })
  const columns: readonly Column[] = [
    ['part', 'left'],
    ['filesystem', 'right'],
    ['', 'right'],
    ['delta', 'right'],
    ['', 'left'],
  ]
  return folded('Parts', 'parts', 4, table(columns, rows))
}

function packages({ measurement }: ReportInput): Section {
  const all = [...measurement.packages].sort((a, b) => b.bytes - a.bytes)
  const rows = all.map((each) => [
    cell(each.name),
    cell(each.version, 40),
    `${each.estimated === true ? '~' : ''}${formatBytes(each.bytes)}`,
    because(each),
  ])
  const columns: readonly Column[] = [
    ['package', 'left'],
    ['version', 'left'],
    ['size', 'right'],
    ['why', 'left'],
  ]
  const { before, rows: lines } = table(columns, rows.slice(0, 25))
  const missing = Math.max(0, rows.length - 25)
  return {
    ...folded(`Largest packages (of ${rows.length})`, 'packages', 3, { before, rows: lines }),
    missing,
  }
}

function waste({ measurement }: ReportInput): Section {
  const all = [...measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const rows = all.map(({ path, bytes, download, why, hint }) => [
    cell(path, 120),
    formatBytes(bytes),
    formatBytes(download),
    prose(`${why}: ${hint}`, { inTable: true }),
  ])
  const columns: readonly Column[] = [
    ['path', 'left'],
    ['size', 'right'],
    ['download', 'right'],
    ['what to do', 'left'],
  ]
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0)
  return folded(`Waste, ${formatBytes(total)}`, 'places of waste', 5, table(columns, rows))
}

/** What this change wastes, and what it does about waste: beside what changed, for it is what can be done about it. */
function wasteChanges({ delta }: ReportInput): Section {
  const all = delta?.waste ?? []
  const rows = all.map(({ kind, path, delta: change, why, hint }) => [
    changeMarks[kind],
    cell(path, 120),
    change === undefined ? '' : formatBytesDelta(change),
    kind === 'removed' ? 'gone' : prose(`${why}: ${hint}`, { inTable: true }),
  ])
  const columns: readonly Column[] = [
    ['', 'left'],
    ['waste', 'left'],
    ['size', 'right'],
    ['what to do about it', 'left'],
  ]
  const { before, rows: lines } = table(columns, rows.slice(0, 10))
  return {
    rowName: 'places of waste',
    before,
    rows: lines,
    after: '\n',
    importance: 6,
    missing: rows.length - lines.length,
  }
}

function layers({ measurement, delta }: ReportInput): Section {
  const added = new Set(delta?.layers.added.map((layer) => layer.digest))
  const rows = measurement.layers.map((layer) => [
    cell(shortDigest(layer.digest)),
    layer.part,
    formatBytes(layer.download),
    delta === undefined ? '' : added.has(layer.digest) ? '**new**' : 'kept',
    cell(layer.createdBy),
  ])
  const columns: readonly Column[] = [
    ['layer', 'left'],
    ['part', 'left'],
    ['download', 'right'],
    ['', 'left'],
    ['made by', 'left'],
  ]
  return folded(`Layers (${rows.length})`, 'layers', 2, table(columns, rows))
}

function steps({ measurement, delta }: ReportInput): Section {
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

function outputs({ outputs: all }: ReportInput): Section {
  const rows = all.map(({ label, value }) => `- ${prose(label)}: ${codeSpan(value, { length: 500 })}\n`)
  return { rowName: 'outputs', before: '', rows, after: '\n', importance: 7 }
}

function folded(
  title: string,
  rowName: string,
  importance: number,
  { before, rows }: Pick<Section, 'before' | 'rows'>,
): Section {
  return {
    rowName,
    before: `<details><summary>${title}</summary>\n\n${before}`,
    rows,
    after: '\n</details>\n\n',
    importance,
  }
}

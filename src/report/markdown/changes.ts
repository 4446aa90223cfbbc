import type { PackageChange } from '../../compare/delta.ts'
import { formatBytesDelta } from '../../units/bytes.ts'
import { prose } from '../escape.ts'
import type { ReportInput } from '../input.ts'
import { countOf, driftWords } from '../words.ts'
import { because, cell, changeMarks } from './cell.ts'
import { folded } from './fold.ts'
import type { Section } from './section.ts'
import { type Column, table } from './table.ts'

/** What the base image's own move did. */
export function drift({ delta }: ReportInput): Section {
  const words = delta && driftWords(delta)
  return {
    rowName: 'remarks',
    before: '',
    rows: words === undefined ? [] : [`${words}\n`],
    after: '\n',
    importance: 7,
  }
}

/** Distributions that came, went or changed. */
export function packageChanges({ delta }: ReportInput): Section {
  const { before, rows } = changeTable(delta?.packages ?? [])
  const title = `**What changed**: ${countOf(rows.length, 'package')}\n\n`
  return { rowName: 'packages', before: title + before, rows, after: '\n', importance: 6 }
}

/** The same of the operating system. */
export function systemChanges({ delta }: ReportInput): Section {
  const { before, rows } = changeTable(delta?.systemPackages ?? [])
  const title = `What changed in the system: ${countOf(rows.length, 'package')}`
  return folded(title, 'system packages', 4, { before, rows })
}

/** What this change wastes, and what it does about waste: beside what changed, for it is what can be done about it. */
export function wasteChanges({ delta }: ReportInput): Section {
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

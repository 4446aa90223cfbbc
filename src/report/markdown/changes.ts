import type { PackageChange } from '../../compare/delta.ts'
import { formatBytesDelta } from '../../units/bytes.ts'
import { prose } from '../escape.ts'
import type { ReportInput } from '../input.ts'
import { countOf, driftWords } from '../words.ts'
import { because, cell, changeMarks, unbroken } from './cell.ts'
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

/** Rows of a table that is in sight. */
const inSight = 20

/** Distributions that came, went or changed: those with the largest differences. */
export function packageChanges({ delta }: ReportInput): Section {
  const all = delta?.packages ?? []
  const { before, rows } = changeTable(all.slice(0, inSight))
  const title = `**What changed**: ${countOf(all.length, 'package')}\n\n`
  return { rowName: 'packages', before: title + before, rows, after: '\n', importance: 6 }
}

/** The others of them. */
export function smallerChanges({ delta }: ReportInput): Section {
  const all = delta?.packages.slice(inSight) ?? []
  return folded(`${countOf(all.length, 'package')} more that changed`, 'packages', 5.5, changeTable(all))
}

/** What changed in the operating system, where nothing says why. */
export function systemChanges({ delta }: ReportInput): Section {
  const all = delta?.systemPackages ?? []
  const columns = changeColumns.slice(0, -1)
  const title = `What changed in the system: ${countOf(all.length, 'package')}`
  return folded(title, 'system packages', 4, table(columns, all.map(changeCells)))
}

/** What this change wastes, and what it does about waste: beside what changed, for it is what can be done about it. */
export function wasteChanges({ delta }: ReportInput): Section {
  const all = delta?.waste ?? []
  const rows = all.map(({ kind, path, delta: change, why, hint }) => [
    changeMarks[kind],
    cell(path, 120),
    change === undefined ? '' : unbroken(formatBytesDelta(change)),
    kind === 'removed' ? 'gone' : prose(`${why}: ${hint}`, { inTable: true }),
  ])
  const columns: readonly Column[] = [
    ['', 'left'],
    ['waste', 'left'],
    ['size', 'right'],
    ['what to do about it', 'left'],
  ]
  const { before, rows: lines } = table(columns, rows.slice(0, 5))
  const title = `**Waste that changed**: ${countOf(all.length, 'place')}\n\n`
  return {
    rowName: 'places of waste',
    before: title + before,
    rows: lines,
    after: '\n',
    importance: 6,
    missing: rows.length - lines.length,
  }
}

const changeColumns: readonly Column[] = [
  ['', 'left'],
  ['package', 'left'],
  ['version', 'left'],
  ['size', 'right'],
  ['why', 'left'],
]

function changeTable(changes: readonly PackageChange[]): Pick<Section, 'before' | 'rows'> {
  return table(
    changeColumns,
    changes.map((change) => [...changeCells(change), because(change)]),
  )
}

function changeCells(change: PackageChange): readonly string[] {
  const size = change.delta === undefined ? '' : formatBytesDelta(change.delta)
  return [changeMarks[change.kind], cell(change.name), versions(change), size]
}

function versions({ before, after }: PackageChange): string {
  const shown = [before, after].flatMap((state) => (state === undefined ? [] : [cell(state.version, 40)]))
  return shown[0] === shown[1] ? (shown[0] ?? '') : shown.join(' → ')
}

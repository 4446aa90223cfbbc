import type { PackageChange } from '../../compare/delta.ts'
import { formatBytes } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { versionsOf } from '../words.ts'
import { why } from '../why.ts'
import { html } from './escape.ts'
import { moved, tag } from './moved.ts'
import type { Column, Table } from './table.ts'

interface Row {
  readonly name: string
  readonly version: string
  readonly bytes: number
}

/** The distributions, and those that are gone; what changed most comes first. */
export function packages({ measurement, delta }: ReportInput): Table {
  const rows = ordered(measurement.packages, delta?.packages).map(({ row, change }) => [
    ...(row === undefined ? [html(change?.name ?? '', 100)] : [button(row.name)]),
    version(row, change),
    `${row?.estimated === true ? '~' : ''}${formatBytes(row?.bytes ?? 0)}`,
    ...(delta === undefined ? [] : [moved(change?.delta)]),
    String(row?.files ?? ''),
    html(why(row ?? change ?? { direct: false, requiredBy: [] }), 200),
    html(row?.location ?? '', 120),
  ])
  return {
    title: titleOf(measurement.packages.length, 'Python package', delta?.packages),
    id: 'packages',
    columns: [...columnsOf(delta !== undefined), ['Files', 'number'], ['Why it is there'], ['Where']],
    rows,
    maxBytes: 250_000,
    open: true,
  }
}

/** The same of the operating system. */
export function systemPackages({ measurement, delta }: ReportInput): Table {
  const rows = ordered(measurement.systemPackages, delta?.systemPackages).map(({ row, change }) => [
    html((row ?? change)?.name ?? '', 100),
    version(row, change),
    formatBytes(row?.bytes ?? 0),
    ...(delta === undefined ? [] : [moved(change?.delta)]),
  ])
  return {
    title: titleOf(measurement.systemPackages.length, 'system package', delta?.systemPackages),
    id: 'system',
    columns: columnsOf(delta !== undefined),
    rows,
    maxBytes: 60_000,
  }
}

/** Packages with what became of them, those that are gone among them. */
function ordered<T extends Row>(
  all: readonly T[],
  changes: readonly PackageChange[] = [],
): readonly { readonly row: T | undefined; readonly change: PackageChange | undefined }[] {
  const known = new Map(changes.map((change) => [`${change.name} ${change.after?.version ?? ''}`, change]))
  const gone = changes.filter(({ kind }) => kind === 'removed')
  const size = (change: PackageChange | undefined): number => Math.abs(change?.delta ?? 0)
  return [
    ...gone.map((change) => ({ row: undefined, change })),
    ...all.map((row) => ({ row, change: known.get(`${row.name} ${row.version}`) })),
  ].sort((a, b) => size(b.change) - size(a.change) || (b.row?.bytes ?? 0) - (a.row?.bytes ?? 0))
}

const fates = { added: 'new', removed: 'removed', changed: undefined } as const

function version(row: Row | undefined, change: PackageChange | undefined): string {
  if (change === undefined) return html(row?.version ?? '', 80)
  const word = fates[change.kind]
  return `${html(versionsOf(change), 80)}${word === undefined ? '' : ` ${tag(word)}`}`
}

function titleOf(count: number, thing: string, changes: readonly PackageChange[] | undefined): string {
  const changed = changes === undefined || changes.length === 0 ? '' : `, ${changes.length} changed`
  return `${count} ${thing}${count === 1 ? '' : 's'}${changed}`
}

function columnsOf(compared: boolean): readonly Column[] {
  const change = compared ? [['Change', 'number'] as const] : []
  return [['Package'], ['Version'], ['Size', 'number'], ...change]
}

function button(name: string): string {
  return `<button type="button" class="link" data-package="${html(name, 120)}">${html(name, 120)}</button>`
}

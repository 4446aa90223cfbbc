import { changeOfWaste } from '../../compare/waste.ts'
import { formatBytes } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { html, sentence } from './escape.ts'
import { moved, tag } from './moved.ts'
import type { Table } from './table.ts'

/** What is wasted and what to do about it; beside a baseline also what is gone. */
export function waste({ measurement, delta }: ReportInput): Table {
  const all = [...measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const gone = (delta?.waste ?? []).filter(({ kind }) => kind === 'removed')
  const compared = delta !== undefined
  const change = (one: (typeof all)[number]): string => {
    const found = changeOfWaste(delta?.waste ?? [], one)
    return found?.kind === 'added' ? tag('new') : moved(found?.delta)
  }
  const place = ({ path, why }: { readonly path: string; readonly why: string }): string =>
    `<code>${html(path)}</code><div class="dim">${sentence(why)}</div>`
  return {
    title: `Waste, ${formatBytes(all.reduce((sum, one) => sum + one.bytes, 0))}`,
    id: 'waste',
    columns: [
      ['Size', 'number'],
      ...(compared ? [['Change', 'number'] as const] : []),
      ['Download', 'number'],
      ['Where and what'],
      ['What to do'],
    ],
    rows: [
      ...all.map((one) => [
        formatBytes(one.bytes),
        ...(compared ? [change(one)] : []),
        formatBytes(one.download),
        place(one),
        sentence(one.hint),
      ]),
      ...gone.map((one) => [formatBytes(0), moved(one.delta), '', place(one), tag('gone')]),
    ],
    maxBytes: 60_000,
    open: true,
  }
}

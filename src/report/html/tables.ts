import type { Comparison } from '../../compare/delta.ts'
import type { Part } from '../../image/measurement.ts'
import { formatBytes, formatBytesDelta } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { why } from '../why.ts'
import { html } from './escape.ts'

/** A column's title, and whether it holds numbers. */
type Column = readonly [title: string, kind?: 'number']

interface Table {
  readonly title: string
  /** Of the element, for the script and the style. */
  readonly id: string
  readonly columns: readonly Column[]
  /** HTML of the cells, the most important row first. */
  readonly rows: readonly (readonly string[])[]
  /** Bytes of HTML that the rows may take; the rest is only counted. */
  readonly maxBytes: number
  readonly open?: boolean
}

/** All that is known of the image as tables, each behind a fold. */
export function tables(input: ReportInput): string {
  return [packages(input), waste(input), layers(input), systemPackages(input)].map(render).join('\n')
}

function packages({ measurement, delta }: ReportInput): Table {
  const changes = new Map(
    (delta?.packages ?? []).map((change) => [`${change.name} ${change.after?.version ?? ''}`, change]),
  )
  const gone = (delta?.packages ?? []).filter(({ kind }) => kind === 'removed')
  const compared = delta !== undefined
  const moved = ({ name, version }: { readonly name: string; readonly version: string }): number =>
    Math.abs(changes.get(`${name} ${version}`)?.delta ?? 0)
  const here = [...measurement.packages]
    .sort((a, b) => moved(b) - moved(a) || b.bytes - a.bytes)
    .map((one) => {
      const change = changes.get(`${one.name} ${one.version}`)
      const from = change?.before?.version
      return [
        button(one.name),
        html(from === undefined || from === one.version ? one.version : `${from} → ${one.version}`, 80),
        `${one.estimated === true ? '~' : ''}${formatBytes(one.bytes)}`,
        ...(compared ? [change?.delta === undefined ? '' : formatBytesDelta(change.delta)] : []),
        String(one.files),
        html(why(one), 200),
        html(one.location, 120),
      ]
    })
  const removed = gone.map((change) => [
    html(change.name, 100),
    html(`${change.before?.version ?? ''} → removed`, 80),
    formatBytes(0),
    change.delta === undefined ? '' : formatBytesDelta(change.delta),
    '0',
    html(why(change), 200),
    '',
  ])
  return {
    title: `${measurement.packages.length} Python packages`,
    id: 'packages',
    columns: [
      ['Package'],
      ['Version'],
      ['Size', 'number'],
      ...(compared ? [['Change', 'number'] as const] : []),
      ['Files', 'number'],
      ['Why it is there'],
      ['Where'],
    ],
    rows: [...removed, ...here],
    maxBytes: 250_000,
    open: true,
  }
}

function waste({ measurement, delta }: ReportInput): Table {
  const all = [...measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const changes = new Map(delta?.waste.map((change) => [change.path, change]))
  const gone = (delta?.waste ?? []).filter(({ kind }) => kind === 'removed')
  const compared = delta !== undefined
  const moved = (path: string): readonly string[] => {
    const change = changes.get(path)
    if (!compared) return []
    return [
      change?.kind === 'added' ? 'new' : change?.delta === undefined ? '' : formatBytesDelta(change.delta),
    ]
  }
  return {
    title: `Waste, ${formatBytes(all.reduce((sum, one) => sum + one.bytes, 0))}`,
    id: 'waste',
    columns: [
      ['Path'],
      ['Size', 'number'],
      ...(compared ? [['Change', 'number'] as const] : []),
      ['Download', 'number'],
      ['Why'],
      ['What to do'],
    ],
    rows: [
      ...all.map((one) => [
        html(one.path),
        formatBytes(one.bytes),
        ...moved(one.path),
        formatBytes(one.download),
        html(one.why, 300),
        html(one.hint, 300),
      ]),
      ...gone.map((one) => [
        html(one.path),
        formatBytes(0),
        ...moved(one.path),
        '',
        html(one.why, 300),
        'gone',
      ]),
    ],
    maxBytes: 60_000,
    open: true,
  }
}

function layers({ measurement, delta }: ReportInput): Table {
  const added = new Set(delta?.layers.added.map(({ digest }) => digest))
  return {
    title: `${measurement.layers.length} layers`,
    id: 'layers',
    columns: [
      ...(delta === undefined ? [] : [[''] as const]),
      ['Part'],
      ['Download', 'number'],
      ['Disk', 'number'],
      ['Made by'],
    ],
    rows: measurement.layers.map((layer) => [
      ...(delta === undefined ? [] : [added.has(layer.digest) ? 'new' : 'kept']),
      html(layer.part),
      formatBytes(layer.download),
      layer.notMeasured ? 'not measured' : formatBytes(layer.disk),
      html(layer.createdBy),
    ]),
    maxBytes: 60_000,
  }
}

function systemPackages({ measurement }: ReportInput): Table {
  return {
    title: `${measurement.systemPackages.length} system packages`,
    id: 'system',
    columns: [['Package'], ['Version'], ['Size', 'number']],
    rows: measurement.systemPackages.map((one) => [
      html(one.name, 100),
      html(one.version, 80),
      formatBytes(one.bytes),
    ]),
    maxBytes: 60_000,
  }
}

/** Parts with their colours and bytes: what the map's colours mean. */
export function legend({ measurement, delta }: ReportInput): string {
  const parts = Object.entries(measurement.parts) as [Part, number][]
  const items = parts.flatMap(([part, bytes]) => {
    const change: Comparison | undefined = delta?.parts[part]
    const moved = change?.kind === 'compared' ? change.delta : 0
    if (bytes === 0 && moved === 0) return []
    const sign = moved === 0 ? '' : ` <b>${formatBytesDelta(moved)}</b>`
    return [
      `<li>${delta === undefined ? `<span class="swatch part-${part}"></span>` : ''}${part} <span class="dim">${formatBytes(bytes)}</span>${sign}</li>`,
    ]
  })
  return `<ul class="legend" aria-label="Parts of the filesystem">${items.join('')}</ul>`
}

function button(name: string): string {
  return `<button type="button" class="link" data-package="${html(name, 120)}">${html(name, 120)}</button>`
}

function render({ title, id, columns, rows, maxBytes, open = false }: Table): string {
  if (rows.length === 0) return ''
  const attribute = (i: number): string => (columns[i]?.[1] === 'number' ? ' class="number"' : '')
  const head = columns.map(([name], i) => `<th scope="col"${attribute(i)}>${name}</th>`).join('')
  const shown: string[] = []
  let bytes = 0
  for (const cells of rows) {
    const row = `<tr>${cells.map((cell, i) => `<td${attribute(i)}>${cell}</td>`).join('')}</tr>\n`
    bytes += Buffer.byteLength(row)
    if (bytes > maxBytes) break
    shown.push(row)
  }
  const missing = rows.length - shown.length
  const more = missing === 0 ? '' : `<p class="dim">… and ${missing} more</p>`
  return `<details id="${id}"${open ? ' open' : ''}><summary><h2>${title}</h2></summary>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>
${shown.join('')}</tbody></table></div>${more}</details>`
}

import { shortDigest } from '../../image/digest.ts'
import type { Part } from '../../image/measurement.ts'
import { dockerfileLine } from '../../image/made-by.ts'
import { formatBytes, formatBytesDelta } from '../../units/bytes.ts'
import { formatShare } from '../../units/percent.ts'
import { bar } from '../bar.ts'
import { prose } from '../escape.ts'
import type { ReportInput } from '../input.ts'
import { fateOfLayers } from '../layers.ts'
import { because, cell, unbroken } from './cell.ts'
import { folded } from './fold.ts'
import type { Section } from './section.ts'
import { type Column, table } from './table.ts'

/** The parts of the filesystem, each with a bar. */
export function parts({ measurement, delta }: ReportInput): Section {
  const { filesystem } = measurement.sizes
  const rows = Object.entries(measurement.parts).flatMap(([part, bytes]) => {
    const change = delta?.parts[part as Part]
    const moved = change?.kind === 'compared' && change.delta !== 0 ? formatBytesDelta(change.delta) : ''
    if (bytes === 0 && moved === '') return []
    const share = filesystem === 0 ? 0 : bytes / filesystem
    return [[part, formatBytes(bytes), formatShare(share), moved, bar(share, 20).trimEnd()]]
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

/** The largest distributions, and why they are there. */
export function packages({ measurement }: ReportInput): Section {
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

/** What is wasted, and what to do about it. */
export function waste({ measurement }: ReportInput): Section {
  const all = [...measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const rows = all.map(({ path, bytes, download, why, hint }) => [
    cell(path, 120),
    unbroken(formatBytes(bytes)),
    unbroken(formatBytes(download)),
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

/** The layers, the lowest first. */
export function layers({ measurement, delta }: ReportInput): Section {
  const added = new Set(delta?.layers.added.map((layer) => layer.digest))
  const rows = measurement.layers.map((layer) => [
    cell(shortDigest(layer.digest)),
    layer.part,
    unbroken(formatBytes(layer.download)),
    delta === undefined ? '' : added.has(layer.digest) ? '**new**' : 'kept',
    cell(dockerfileLine(layer.createdBy)),
  ])
  const columns: readonly Column[] = [
    ['layer', 'left'],
    ['part', 'left'],
    ['download', 'right'],
    ['', 'left'],
    ['made by', 'left'],
  ]
  return folded(
    `Layers${delta === undefined ? ` (${rows.length})` : `: ${fateOfLayers(delta)}`}`,
    'layers',
    2,
    table(columns, rows),
  )
}

import type { ImageLayer } from '../../compare/delta.ts'
import { dockerfileLine } from '../../image/made-by.ts'
import { formatBytes } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { fateOfLayers } from '../layers.ts'
import { countOf } from '../words.ts'
import { html } from './escape.ts'
import { tag } from './moved.ts'
import type { Table } from './table.ts'

/** The layers, the lowest first, and after them those of the baseline that are gone. */
export function layers({ measurement, delta }: ReportInput): Table {
  const added = new Set(delta?.layers.added.map(({ digest }) => digest))
  const row = (layer: ImageLayer, fate: 'new' | 'kept' | 'gone'): readonly string[] => [
    ...(delta === undefined ? [] : [tag(fate)]),
    html(layer.part),
    formatBytes(layer.download),
    layer.notMeasured ? 'not measured' : formatBytes(layer.disk),
    html(dockerfileLine(layer.createdBy)),
  ]
  return {
    title: `${countOf(measurement.layers.length, 'layer')}${delta === undefined ? '' : `: ${fateOfLayers(delta)}`}`,
    id: 'layers',
    columns: [
      ...(delta === undefined ? [] : [['Fate'] as const]),
      ['Part'],
      ['Download', 'number'],
      ['Disk', 'number'],
      ['Made by'],
    ],
    rows: [
      ...measurement.layers.map((layer) => row(layer, added.has(layer.digest) ? 'new' : 'kept')),
      ...(delta?.layers.removed ?? []).map((layer) => row(layer, 'gone')),
    ],
    maxBytes: 60_000,
  }
}

import type { Comparison } from '../../compare/delta.ts'
import type { Part } from '../../image/measurement.ts'
import { formatBytes } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { moved } from './moved.ts'

/** Parts with their bytes, and what the map's colours mean: parts, or what grew and what shrank. */
export function legend({ measurement, delta }: ReportInput, compared: boolean): string {
  const parts = Object.entries(measurement.parts) as [Part, number][]
  const items = parts.flatMap(([part, bytes]) => {
    const change: Comparison | undefined = delta?.parts[part]
    const by = change?.kind === 'compared' ? change.delta : 0
    if (bytes === 0 && by === 0) return []
    const swatch = compared ? '' : `<span class="swatch part-${part}"></span>`
    return [
      `<li>${swatch}${part} <span class="dim">${formatBytes(bytes)}</span>${by === 0 ? '' : ` ${moved(by)}`}</li>`,
    ]
  })
  return `<ul class="legend" aria-label="Parts of the filesystem">${items.join('')}</ul>${compared ? scale : ''}`
}

const steps = [-3, -2, -1, 0, 1, 2, 3].map((step) => `<span class="swatch d${step}"></span>`).join('')
const scale = `<p class="scale" aria-hidden="true">shrunk or gone ${steps} grown or new</p>`

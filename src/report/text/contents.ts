import { dockerfileLine } from '../../image/made-by.ts'
import { formatBytes } from '../../units/bytes.ts'
import { visible } from '../escape.ts'
import { fateOfLayers } from '../layers.ts'
import { displayWidth, fit, left, right } from '../width.ts'
import { why } from '../why.ts'
import { more, type Page } from './page.ts'

/** The largest distributions, and why they are there. */
export function packages({ input, style, columns, rows }: Page): readonly string[] {
  const all = [...input.measurement.packages].sort((a, b) => b.bytes - a.bytes)
  if (all.length === 0) return []
  const rest = all.slice(rows).reduce((sum, each) => sum + each.bytes, 0)
  return [
    style.bold(`Largest of ${all.length} packages`),
    ...all.slice(0, rows).map((each) => {
      const name = left(visible(`${each.name} ${each.version}`), columns - 47)
      const size = `${each.estimated === true ? '~' : ''}${formatBytes(each.bytes)}`
      return `  ${name} ${right(size, 10)}  ${style.dim(fit(visible(why(each)), 32))}`.trimEnd()
    }),
    ...more(all.length - rows, style, formatBytes(rest)),
  ]
}

/** The largest layers, the lowest first; beside a baseline also how many a host with it has, and has to fetch. */
export function layers({ input, style, columns, rows }: Page): readonly string[] {
  const { measurement, delta } = input
  const added = new Set(delta?.layers.added.map((layer) => layer.digest))
  const all = measurement.layers
  if (all.length === 0) return []
  const largest = new Set([...all].sort((a, b) => b.download - a.download).slice(0, rows))
  const shown = all.filter((layer) => largest.has(layer))
  return [
    style.bold(`Layers${delta === undefined ? '' : `: ${fateOfLayers(delta)}`}, with the download of each`),
    ...shown.map((layer) => {
      const state = delta === undefined ? '' : added.has(layer.digest) ? 'new ' : 'kept'
      const marked = state === 'new ' ? style.yellow(state) : style.dim(state)
      const text = `${right(formatBytes(layer.download), 9)}  ${left(layer.part, 11)} `
      const indent = state === '' ? '  ' : `  ${marked} `
      const room = columns - displayWidth(text) - (state === '' ? 2 : 7)
      return `${indent}${text}${style.dim(fit(visible(dockerfileLine(layer.createdBy)), room))}`.trimEnd()
    }),
    ...more(all.length - shown.length, style),
  ]
}

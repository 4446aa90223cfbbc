import { formatBytes } from '../../units/bytes.ts'
import type { ReportInput } from '../input.ts'
import { rangeOf, trendOf } from '../trend.ts'
import { html } from './escape.ts'

const width = 360
const height = 64
const margin = 6

/** The trend of the download as a line; nothing where there is none. */
export function trend(input: ReportInput): string {
  const found = trendOf(input)
  if (found === undefined) return ''
  const { points, summary } = found
  const { least, most } = rangeOf(points)
  const at = points.map(({ bytes, label }, i) => ({
    x: (margin + (i * (width - 2 * margin)) / (points.length - 1)).toFixed(1),
    y: (most === least
      ? height / 2
      : height - margin - ((bytes - least) * (height - 2 * margin)) / (most - least)
    ).toFixed(1),
    text: html(`${label}: ${formatBytes(bytes)}`),
  }))
  const dots = at.map(
    ({ x, y, text }, i) =>
      `<circle cx="${x}" cy="${y}" r="${i === at.length - 1 ? 4.5 : 3}"><title>${text}</title></circle>`,
  )
  const words = `Download of the last ${points.length} commits: ${summary}`
  return `<figure class="trend"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${words}"><polyline points="${at.map(({ x, y }) => `${x},${y}`).join(' ')}"/>${dots.join('')}</svg><figcaption class="dim">${words}</figcaption></figure>
`
}

import { formatBytes } from '../units/bytes.ts'
import type { ReportInput } from './input.ts'

/** How the download went, from commit to commit; the last point is this image. */
export interface Trend {
  /** Nothing but letters and digits: it fits everywhere. */
  readonly points: readonly { readonly label: string; readonly bytes: number }[]
  /** In words, from the first to the last. */
  readonly summary: string
}

/** Their labels still fit beside each other. */
const mostPoints = 12

/** The trend of the download; undefined where there are not points enough to make one. */
export function trendOf({ history = [], measurement }: ReportInput): Trend | undefined {
  const before = history.slice(1 - mostPoints)
  if (before.length < 2) return undefined
  const points = [
    ...before.map(({ commit, sizes }) => ({ label: shortCommit(commit), bytes: sizes.download })),
    { label: 'this', bytes: measurement.sizes.download },
  ]
  const summary = `${formatBytes(points[0]?.bytes ?? 0)} → ${formatBytes(measurement.sizes.download)}`
  return { points, summary }
}

/** A hash as people write it; what is none is not repeated. */
function shortCommit(commit: string): string {
  return /^[0-9a-f]{4,64}$/i.test(commit) ? commit.slice(0, 7) : 'unknown'
}

const levels = '▁▂▃▄▅▆▇█'

/** One column for each point, as high as it stands between the least and the largest. */
export function sparkline({ points }: Trend): string {
  const { least, most } = rangeOf(points)
  const level = (bytes: number): number => (most === least ? 0 : (bytes - least) / (most - least))
  return points.map(({ bytes }) => levels[Math.round(level(bytes) * (levels.length - 1))] ?? '').join('')
}

/** A line that is seen on white and on black. */
const looks = {
  xyChart: { width: 900, height: 300 },
  themeVariables: { xyChart: { plotColorPalette: '#2f81f7' } },
}

/** The trend as a chart that Mermaid draws (xychart), of lines that each end. */
export function mermaidChart({ points }: Trend): string {
  const { least, most } = rangeOf(points)
  const [unit, factor] = unitFor(most)
  const digits = (value: number): string => (value / factor).toFixed(3)
  // Room above and below; a chart of equal values has none by itself.
  const room = Math.max((most - least) * 0.1, most * 0.005, 1)
  return [
    `%%{init: ${JSON.stringify(looks)}}%%`,
    'xychart-beta',
    `    title "Download in ${unit}"`,
    `    x-axis [${points.map(({ label }) => `"${label}"`).join(', ')}]`,
    `    y-axis "${unit}" ${digits(Math.max(0, least - room))} --> ${digits(most + room)}`,
    `    line [${points.map(({ bytes }) => digits(bytes)).join(', ')}]`,
    '',
  ].join('\n')
}

/** Bytes of the smallest and the largest point. */
export function rangeOf(points: Trend['points']): { readonly least: number; readonly most: number } {
  const all = points.map(({ bytes }) => bytes)
  return { least: Math.min(...all), most: Math.max(...all) }
}

function unitFor(bytes: number): readonly [unit: string, factor: number] {
  if (bytes >= 1e9) return ['GB', 1e9]
  return bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3]
}

import { formatBytes } from '../units/bytes.ts'
import { formatDuration } from '../units/duration.ts'
import { timeFigures } from './figures.ts'
import type { Figure } from './rule.ts'

/** A value of a figure, for people. */
export function format(figure: Figure, value: number): string {
  return timeFigures.includes(figure) ? formatDuration(value) : formatBytes(value)
}

export function signed(figure: Figure, value: number): string {
  return `${value > 0 ? '+' : ''}${format(figure, value)}`
}

/** Two values for people, exact where rounding would make different ones look the same. */
export function tellApart(figure: Figure, value: number, limit: number): readonly [string, string] {
  const rounded = [format(figure, value), format(figure, limit)] as const
  if (value === limit || rounded[0] !== rounded[1]) return rounded
  const exact = (number: number): string =>
    `${String(Math.round(number)).replace(/\B(?=(?:\d{3})+$)/g, ',')} ${timeFigures.includes(figure) ? 'ms' : 'bytes'}`
  return [exact(value), exact(limit)]
}

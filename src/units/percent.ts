/** `"5%"` or `"12.5 %"` as a fraction of a hundred (5, 12.5); undefined when it is not a percentage. */
export function parsePercent(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)
  const percent = match ? Number(match[1]) : Number.NaN
  return Number.isFinite(percent) ? percent : undefined
}

/** Growth from `before` to `after` in percent, with its sign: `+5.2%`; undefined when `before` is zero. */
export function formatGrowth(before: number, after: number): string | undefined {
  if (before === 0) return undefined
  const growth = ((after - before) / before) * 100
  if (growth === 0) return '±0%'
  const size = Math.abs(growth)
  const digits = size < 0.1 ? '<0.1' : size < 10 ? size.toFixed(1) : size.toFixed(0)
  return `${growth > 0 ? '+' : '-'}${digits}%`
}

/** A share from 0 to 1 in whole percent: `34%`; what is there is never `0%`. */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100)
  return percent === 0 && share > 0 ? '<1%' : `${percent}%`
}

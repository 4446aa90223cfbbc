/** Sizes are whole bytes as numbers; text uses decimal units (1 MB = 1,000,000 bytes), as registries and clouds bill. */
const factors: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
])
const byLowerCase = new Map([...factors].map(([unit, factor]) => [unit.toLowerCase(), factor]))

/** The units that {@link parseBytes} knows, in any case. */
export const byteUnits: readonly string[] = [...factors.keys()]

/** `"250 MB"`, `"1.5GiB"` or `"1024"` (bytes) as bytes; undefined when it is not a size. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  if (!match) return undefined
  const factor = byLowerCase.get((match[2] ?? '').toLowerCase() || 'b')
  const bytes = factor === undefined ? Number.NaN : Math.round(Number(match[1]) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes for people, three digits at most: `982 B`, `12.3 kB`, `146 MB`, `1.25 GB`. */
export function formatBytes(bytes: number): string {
  const size = Math.round(Math.abs(bytes))
  const sign = bytes < 0 && size > 0 ? '-' : ''
  if (size < 1000) return `${sign}${size} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let value = size
  let unit = -1
  while (unit < units.length - 1 && (unit < 0 || Number(threeDigits(value)) >= 1000)) {
    value /= 1000
    unit += 1
  }
  return `${sign}${threeDigits(value)} ${units[unit] ?? 'PB'}`
}

/** A difference for people, always with its sign: `+12.3 kB`, `-1.25 GB`, `±0 B`. */
export function formatBytesDelta(bytes: number): string {
  if (Math.round(bytes) === 0) return '±0 B'
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes)
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2)
  if (value < 99.95) return value.toFixed(1)
  return value.toFixed(0)
}

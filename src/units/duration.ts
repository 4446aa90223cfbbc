const factors: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['sec', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
])

/** The units that {@link parseDuration} knows. */
export const durationUnits: readonly string[] = [...factors.keys()]

/** `"4 min"`, `"90s"`, `"1m30s"` or `"250 ms"` as milliseconds; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase()
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ms|sec|s|min|m|h)\s*)+$/.test(trimmed)) return undefined
  let total = 0
  for (const [, value, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|sec|s|min|m|h)/g)) {
    total += Number(value) * (factors.get(unit ?? '') ?? Number.NaN)
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined
}

/** Milliseconds for people: `38 ms`, `2.41 s`, `58.3 s`, `4 min 05 s`, `2 h 03 min`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 && Math.round(size) > 0 ? '-' : ''
  if (size < 999.5) return `${sign}${Math.round(size)} ms`
  if (size < 9_995) return `${sign}${(size / 1000).toFixed(2)} s`
  if (size < 59_950) return `${sign}${(size / 1000).toFixed(1)} s`
  const seconds = Math.round(size / 1000)
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  const minutes = Math.round(size / 60_000)
  return `${sign}${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

/** A difference for people, always with its sign. */
export function formatDurationDelta(ms: number): string {
  if (Math.round(ms) === 0) return '±0 ms'
  return ms > 0 ? `+${formatDuration(ms)}` : formatDuration(ms)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

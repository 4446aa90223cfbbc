import type { HistoryPoint, TimePoint } from '../compare/history.ts'

/** What a time was lately, in milliseconds. */
export interface RecentTimes {
  readonly count: number
  readonly median: number
  /** From the shortest to the longest of them. */
  readonly spread: number
}

/** How many of the newest are looked at, and how many it takes to know their spread. */
const most = 10
export const fewest = 3

/** The newest times of a history that had their caches filled, or had not. */
export function recentTimes(
  history: readonly HistoryPoint[],
  time: 'buildTime' | 'startTime',
  cached: TimePoint['cached'],
): RecentTimes {
  const recent = history
    .flatMap((point) => point[time] ?? [])
    .filter((point) => point.cached === cached)
    .slice(-most)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b)
  const middle = recent.length / 2
  const upper = recent[Math.floor(middle)] ?? 0
  const lower = recent[Math.ceil(middle) - 1] ?? upper
  const spread = (recent.at(-1) ?? 0) - (recent[0] ?? 0)
  return { count: recent.length, median: (lower + upper) / 2, spread }
}

import type { Measurement } from '../image/measurement.ts'
import { startStep, totalStep } from './timings.ts'

/** One earlier measurement of an image, as a trend needs it. */
export interface HistoryPoint {
  /** Hash of the commit, whole or short. */
  readonly commit: string
  /** Bytes. */
  readonly sizes: Pick<Measurement['sizes'], 'download' | 'disk' | 'filesystem' | 'environment'>
  readonly buildTime?: TimePoint
  readonly startTime?: TimePoint
}

/** Milliseconds, and whether caches were filled: times of the two kinds are not compared. */
export interface TimePoint {
  readonly ms: number
  readonly cached: boolean
}

/** The measurement of a commit as a point of its history. */
export function historyPoint(commit: string, { sizes, timings }: Measurement): HistoryPoint {
  const time = (name: string): TimePoint | undefined => {
    const timing = timings.find(({ step }) => step === name)
    return timing && { ms: timing.ms, cached: timing.cached }
  }
  const [buildTime, startTime] = [time(totalStep), time(startStep)]
  const { download, disk, filesystem, environment } = sizes
  return {
    commit,
    sizes: { download, disk, filesystem, environment },
    ...(buildTime && { buildTime }),
    ...(startTime && { startTime }),
  }
}

/** How many points a branch's history keeps. */
export const historyLength = 50

/** A history with one more point at its end, the oldest left behind. */
export function rollForward(history: readonly HistoryPoint[], point: HistoryPoint): readonly HistoryPoint[] {
  return [...history, point].slice(-historyLength)
}

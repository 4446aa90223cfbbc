import * as v from 'valibot'
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

/** How many points a branch's history keeps. */
export const historyLength = 50

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const time = v.object({ ms: v.pipe(v.number(), v.finite(), v.minValue(0)), cached: v.boolean() })

/** Narrows a history that came from outside. */
export const historySchema = v.pipe(
  v.array(
    v.object({
      commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{4,64}$/, 'is not a commit')),
      sizes: v.object({ download: bytes, disk: bytes, filesystem: bytes, environment: bytes }),
      buildTime: v.exactOptional(time),
      startTime: v.exactOptional(time),
    }),
  ),
  v.maxLength(historyLength),
)

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

/** A history with one more point at its end, the oldest left behind. */
export function rollForward(history: readonly HistoryPoint[], point: HistoryPoint): readonly HistoryPoint[] {
  return [...history, point].slice(-historyLength)
}

import type { Measurement } from '../image/measurement.ts'
import type { Comparison, Delta } from './delta.ts'

/** The timing that is the build time: from the first thing done to the finished image. */
export const totalStep = 'total'
/** The timing that is the start time: from the start of a container until it answers. */
export const startStep = 'start'

/** One step's time on both sides. A time with its caches filled is another kind of time than one without. */
export function stepTime(
  step: string,
  name: string,
  head: Measurement,
  base: Measurement,
  platforms: string | undefined,
): Comparison {
  const find = ({ timings }: Measurement): Measurement['timings'][number] | undefined =>
    timings.find((timing) => timing.step === step)
  const [before, after] = [find(base), find(head)]
  const incomparable = (reason: string): Comparison => ({
    kind: 'incomparable',
    before: before?.ms,
    after: after?.ms,
    reason,
  })
  if (after === undefined) return incomparable(`this image has no ${name}`)
  if (before === undefined) return incomparable(`the baseline has no ${name}`)
  if (platforms !== undefined) return incomparable(platforms)
  if (before.cached !== after.cached) {
    const kind = (cached: boolean): string => (cached ? 'with caches' : 'without')
    return incomparable(`the baseline was timed ${kind(before.cached)}, this image ${kind(after.cached)}`)
  }
  return { kind: 'compared', before: before.ms, after: after.ms, delta: after.ms - before.ms }
}

/** Every step of the head, then those that only the base has. */
export function compareTimings(
  head: Measurement,
  base: Measurement,
  platforms: string | undefined,
): Delta['timings'] {
  const steps = new Set([...head.timings, ...base.timings].map((timing) => timing.step))
  return [...steps].map((step) => ({ step, time: stepTime(step, `step ${step}`, head, base, platforms) }))
}

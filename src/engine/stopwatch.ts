export interface Timing {
  readonly step: string
  readonly ms: number
  /** Nothing had to be made: everything was kept from before. */
  readonly cached: boolean
}

/** Measures steps by a clock that is handed in; the same step measured twice adds up. */
export class Stopwatch {
  readonly #now: () => number
  readonly #steps = new Map<string, { ms: number; cached: boolean }>()

  /** `now` in milliseconds, from any origin. */
  constructor(now: () => number) {
    this.#now = now
  }

  async time<T>(
    step: string,
    work: () => Promise<T>,
    cached: (result: T) => boolean = () => false,
  ): Promise<T> {
    const started = this.#now()
    const result = await work()
    const before = this.#steps.get(step)
    this.#steps.set(step, {
      ms: (before?.ms ?? 0) + this.#now() - started,
      cached: cached(result) && (before?.cached ?? true),
    })
    return result
  }

  /** What was measured so far, in the order the steps were first met. */
  timings(): Timing[] {
    return [...this.#steps].map(([step, { ms, cached }]) => ({ step, ms: Math.round(ms), cached }))
  }
}

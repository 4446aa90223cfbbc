export interface Timing {
  readonly step: string
  readonly ms: number
  /** Nothing had to be made: everything was kept from before. */
  readonly cached: boolean
  /** For people: what came of it. */
  readonly detail?: string
}

/** Measures steps by a clock that is handed in; the same step measured twice adds up. */
export class Stopwatch {
  readonly #now: () => number
  readonly #steps = new Map<string, Omit<Timing, 'step'>>()

  /** `now` in milliseconds, from any origin. */
  constructor(now: () => number) {
    this.#now = now
  }

  async time<T>(
    step: string,
    work: () => Promise<T>,
    cached: (result: T) => boolean = () => false,
    detail: (result: T) => string | undefined = () => undefined,
  ): Promise<T> {
    const started = this.#now()
    const result = await work()
    const before = this.#steps.get(step)
    const said = detail(result)
    this.#steps.set(step, {
      ms: (before?.ms ?? 0) + this.#now() - started,
      cached: cached(result) && (before?.cached ?? true),
      ...(said === undefined ? {} : { detail: said }),
    })
    return result
  }

  /** What was measured so far, in the order the steps were first met. */
  timings(): Timing[] {
    return [...this.#steps].map(([step, { ms, ...rest }]) => ({ step, ms: Math.round(ms), ...rest }))
  }
}

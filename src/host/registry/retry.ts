import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../../failure.ts'

/** How often and how long something is tried again. Times in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  /** Wait before the second attempt; doubles from there. */
  readonly firstWait: number
  readonly longestWait: number
  /** All waits together. */
  readonly patience: number
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 5,
  firstWait: 500,
  longestWait: 15_000,
  patience: 120_000,
}

/** What may be over in a moment. */
export class Transient extends Error {
  /** What the user is told when it is not. */
  readonly failure: Failure
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined

  constructor(failure: Failure, retryAfter?: number) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.retryAfter = retryAfter
  }
}

/** Counts attempts and waits between them; one for each thing that is tried. */
export class Retries {
  readonly #policy: RetryPolicy
  readonly #signal: AbortSignal | undefined
  #attempt = 1
  #waited = 0

  constructor(policy: RetryPolicy, signal?: AbortSignal) {
    this.#policy = policy
    this.#signal = signal
  }

  /** Waits for the next attempt after this error; throws what it stands for when there is none. */
  async after(error: unknown): Promise<void> {
    if (!(error instanceof Transient)) throw error
    const { attempts, firstWait, longestWait, patience } = this.#policy
    const backoff = Math.min(longestWait, firstWait * 2 ** (this.#attempt - 1))
    // Jitter keeps several that failed together from coming back together.
    const wait = error.retryAfter ?? backoff * (0.5 + Math.random() / 2)
    if (this.#attempt >= attempts || this.#waited + wait > patience) throw error.failure
    this.#attempt += 1
    this.#waited += wait
    await sleep(wait, undefined, this.#signal ? { signal: this.#signal } : {})
  }

  /** Something came through: what follows has all its attempts again, but no more patience. */
  progressed(): void {
    this.#attempt = 1
  }
}

/** Tries until it works, or fails in a way that will not pass. */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const retries = new Retries(policy, signal)
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      await retries.after(error)
    }
  }
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

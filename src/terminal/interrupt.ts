/** A person, or the machine, asked the program to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly signal: NodeJS.Signals
  /** As a shell would report it. */
  readonly status: number

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signal}`)
    this.signal = signal
    this.status = 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal]
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work that can be told to stop: the first signal aborts it, so that it cleans up; a second one ends the
 * process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(new Interrupted(signal).status)
      controller.abort(new Interrupted(signal))
    }
    process.on(signal, handler)
    return { signal, handler }
  })
  try {
    const result = await work(controller.signal)
    controller.signal.throwIfAborted()
    return result
  } catch (error) {
    // Whatever broke while stopping broke because of it.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler)
  }
}

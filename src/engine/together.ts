/** Does two things at once. When one fails, or `signal` says so, the other is stopped and waited for. */
export async function together<A, B>(
  signal: AbortSignal | undefined,
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const stop = new AbortController()
  const own = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const both = [first(own), second(own)] as const
  try {
    return await Promise.all(both)
  } catch (error) {
    stop.abort()
    await Promise.allSettled(both)
    throw error
  }
}

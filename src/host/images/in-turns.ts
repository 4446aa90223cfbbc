/** Does something with each item, so many at once; the first error stops what has not begun, and is thrown. */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const errors: unknown[] = []
  const worker = async (): Promise<void> => {
    while (errors.length === 0) {
      const item = items[next]
      next += 1
      if (next > items.length) return
      await act(item as T).catch((error: unknown) => errors.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  if (errors.length > 0) throw errors[0] as Error
}

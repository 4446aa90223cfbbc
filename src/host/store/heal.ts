import { DamagedBlob } from './blobs.ts'

/** A store that loses blobs faster than they are made lies on a broken disk. */
const mostAttempts = 100

/**
 * Does work again as long as it meets kept blobs that are damaged: each is gone then, so that the next attempt makes
 * it anew. `tell` hears of each.
 */
export async function healing<T>(work: () => Promise<T>, tell: (text: string) => void): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DamagedBlob) || attempt === mostAttempts) throw error
      tell(error.message)
    }
  }
}

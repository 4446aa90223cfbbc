import type { Store } from '../../host/store/store.ts'
import { parsePart, type Part } from './part.ts'

/** The part that is kept under a key, when its bytes are still there too. */
export async function keptPart(key: string, store: Store): Promise<Part | undefined> {
  const text = await store.records.get(key)
  const part = text === undefined ? undefined : parsePart(text)
  return part && (await store.blobs.has(part.blob.digest, part.blob.size)) ? part : undefined
}

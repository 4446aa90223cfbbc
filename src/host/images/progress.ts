import { Failure } from '../../failure.ts'
import type { Digest } from '../../image/digest.ts'

/** How a blob came to its place. */
export type Arrival = 'exists' | 'mounted' | 'linked' | 'copied'

/** One step of writing an image, told as it happens. Bytes of one blob never fall. */
export interface WriteProgress {
  readonly digest: Digest
  readonly size: number
  /** Of this blob, so far. */
  readonly bytes: number
  /** Set once the blob is there. */
  readonly arrival?: Arrival
}

export type OnWriteProgress = (progress: WriteProgress) => void

/** Passes a blob's chunks on and tells how many bytes went by; throws Failure for more or fewer than it says. */
export async function* told(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: { readonly digest: Digest; readonly size: number },
  onProgress: OnWriteProgress | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > size) break
    onProgress?.({ digest, size, bytes })
    yield chunk
  }
  if (bytes !== size) throw new Failure('build', `blob ${digest} has not the ${size} bytes that it says`)
}

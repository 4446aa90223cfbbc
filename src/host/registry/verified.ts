import { createHash } from 'node:crypto'
import type { Digest } from '../../image/digest.ts'
import { sha256Check } from '../check.ts'
import { digestFailure, sizeFailure } from './failures.ts'

/** sha256 of bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
}

/**
 * Passes a blob's bytes on and checks size and digest: bytes too many throw at once, all else before the end of the
 * stream. `what` names the blob in a message.
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: { readonly digest: Digest; readonly size: number },
  what: string,
  check = sha256Check(),
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > size) throw sizeFailure(what, size, count)
    check.update(chunk)
    yield chunk
  }
  if (count !== size) throw sizeFailure(what, size, count)
  const found = await check.end()
  if (found !== digest) throw digestFailure(what, digest, found)
}

import { Failure } from '../../failure.ts'
import type { HttpResponse, Transport } from './transport.ts'

/** A whole body of at most `limit` bytes; throws Failure for a longer one. */
export async function readBody(
  transport: Transport,
  response: HttpResponse,
  limit: number,
  what: string,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of transport.read(response)) {
    size += chunk.length
    if (size > limit) {
      throw new Failure('build', `${what} is larger than ${limit} bytes`, {
        hint: 'no registry should serve that; check the name and the address',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

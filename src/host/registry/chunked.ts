import { Failure } from '../../failure.ts'
import type { Session } from './session.ts'
import { discard } from './transport.ts'
import { type BlobUpload, type CallOf, locationOf, withDigest } from './upload.ts'

const pieceBytes = 16 * 1024 * 1024

/**
 * Sends a blob in pieces (distribution spec, "Pushing a blob in chunks"): for servers, and proxies before them, that
 * take no large body.
 */
export async function chunked(
  session: Session,
  call: CallOf,
  start: URL,
  blob: BlobUpload,
  smallest: string | string[] | undefined,
): Promise<void> {
  const { descriptor } = blob
  const piece = Math.max(pieceBytes, Number(smallest) || 0)
  const source = new Pieces(blob.open())
  let location = start
  try {
    for (let sent = 0; sent < descriptor.size;) {
      const size = Math.min(piece, descriptor.size - sent)
      const response = await session.attempt(
        call({
          method: 'PATCH',
          to: location,
          headers: {
            'content-type': 'application/octet-stream',
            'content-range': `${sent}-${sent + size - 1}`,
          },
          body: { size, open: () => source.take(size) },
          expect: [202, 204],
        }),
      )
      discard(response)
      location = await locationOf(response, session)
      sent += size
    }
    await source.end()
  } finally {
    await source.close()
  }
  discard(
    await session.attempt(
      call({
        method: 'PUT',
        to: withDigest(location, descriptor),
        headers: { 'content-length': '0' },
        expect: [200, 201, 204],
      }),
    ),
  )
}

/** A stream that is taken in pieces, with no more of it in memory than a chunk. */
class Pieces {
  readonly #iterator: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]()
  }

  async *take(size: number): AsyncGenerator<Uint8Array> {
    let wanted = size
    while (wanted > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#iterator.next()
        if (next.done) return
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, wanted)
      this.#rest = this.#rest.subarray(part.length)
      wanted -= part.length
      yield part
    }
  }

  /** Reads the end, where a verified source says whether all was right. */
  async end(): Promise<void> {
    const next = await this.#iterator.next()
    if (!next.done || this.#rest.length > 0) {
      throw new Failure('build', 'a blob to be sent has more bytes than its descriptor says')
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}

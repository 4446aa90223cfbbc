import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import { type ChunkBuffers, lentFor } from '../image/source.ts'

const chunkSize = 1 << 20
/** Bytes up to which waiting for another thread takes longer than reading. */
const fewBytes = 1 << 17

/** A chunk, those that may be asked for while it is in use, and the one that is read ahead of these. */
const ringSize = lentFor + 2

/**
 * Buffers that are used in turn, by one stream after another: a new one for each chunk would cost more than the
 * reading.
 */
export class BufferRing implements ChunkBuffers {
  readonly #buffers: Buffer[] = []
  #turn = 0

  next(length: number): Buffer {
    this.#turn = (this.#turn + 1) % ringSize
    const buffer = this.#buffers[this.#turn]
    if (buffer !== undefined && buffer.length >= length) return buffer.subarray(0, length)
    return (this.#buffers[this.#turn] = Buffer.allocUnsafeSlow(length))
  }
}

/** Bytes of a file from `start` to before `end`, in lent chunks. The next is read while one is in use. */
export async function* lentChunks(
  path: string,
  buffers: ChunkBuffers,
  { start = 0, end = Infinity }: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r')
  let reading: Promise<Uint8Array> | undefined
  try {
    const { size } = fstatSync(file)
    let at = start
    const readNext = async (): Promise<Uint8Array> => {
      // What is behind the size that it had is read too, byte by byte if need be.
      const length = Math.min(chunkSize, end - at, Math.max(size - at, 1))
      const buffer = at < size ? buffers.next(length) : Buffer.alloc(length)
      const bytesRead =
        length <= fewBytes ? readSync(file, buffer, 0, length, at) : await readBeside(file, buffer, at)
      at += bytesRead
      return buffer.subarray(0, bytesRead)
    }
    reading = readNext()
    for (;;) {
      const chunk = await reading
      if (chunk.length === 0) return
      reading = readNext()
      // It is awaited in the next turn; until then a failure must not count as unhandled.
      reading.catch(() => undefined)
      yield chunk
    }
  } finally {
    await reading?.catch(() => undefined)
    closeSync(file)
  }
}

/** Reads on another thread. */
function readBeside(file: number, buffer: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, buffer, 0, buffer.length, at, (error, bytesRead) => {
      if (error === null) resolve(bytesRead)
      else reject(error)
    })
  })
}

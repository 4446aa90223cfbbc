import type { FileHandle } from 'node:fs/promises'
import { lentFor } from '../../image/source.ts'

/** Bytes of small chunks, headers for the most part, that wait for a large one to be written with. */
const heldBytes = 1 << 16

/** Writes all chunks, which may be lent, at the file's position. While one is being written the next are made. */
export async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  // One is filled while the other is written.
  let [held, other] = [Buffer.allocUnsafeSlow(heldBytes), Buffer.allocUnsafeSlow(heldBytes)]
  let filled = 0
  let askedFor = 0
  const write = async (chunk?: Uint8Array): Promise<void> => {
    await writing
    writing = writeEach(
      file,
      chunk === undefined ? [held.subarray(0, filled)] : [held.subarray(0, filled), chunk],
    )
    // It is awaited with the next one; until then a failure must not count as unhandled.
    writing.catch(() => undefined)
    ;[held, other, filled, askedFor] = [other, held, 0, 0]
  }
  try {
    for await (const chunk of chunks) {
      if (chunk.length > heldBytes - filled) await write(chunk)
      else {
        held.set(chunk, filled)
        filled += chunk.length
        askedFor += 1
        if (askedFor === lentFor) await writing
      }
    }
    await write()
  } finally {
    await writing
  }
}

async function writeEach(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks.filter(({ length }) => length > 0)
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left)
    left = left.flatMap((chunk) => {
      const done = Math.min(bytesWritten, chunk.length)
      bytesWritten -= done
      return done === chunk.length ? [] : [chunk.subarray(done)]
    })
  }
}

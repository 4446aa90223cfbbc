import type { FileHandle } from 'node:fs/promises'

/**
 * Writes all chunks at the file's position. While one is being written the next is made: it must stay as it is until
 * the one after the next is asked for.
 */
export async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const chunk of chunks) {
      await writing
      writing = writeChunk(file, chunk)
      // It is awaited with the next one; until then a failure must not count as unhandled.
      writing.catch(() => undefined)
    }
  } finally {
    await writing
  }
}

async function writeChunk(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    at += (await file.write(chunk, at, chunk.length - at)).bytesWritten
  }
}

import type { FileHandle } from 'node:fs/promises'

/** Writes all chunks at the file's position. */
export async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      at += (await file.write(chunk, at, chunk.length - at)).bytesWritten
    }
  }
}

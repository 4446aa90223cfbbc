import { open } from 'node:fs/promises'

const chunkSize = 1 << 20

/**
 * Bytes of a file from `start` to before `end`, in chunks that are lent: each stays as it is until the one after the
 * next is asked for. The next is read while one is in use, and three buffers do for a file of any size: a new one for
 * each chunk would cost more than the reading.
 */
export async function* lentChunks(
  path: string,
  { start = 0, end = Infinity }: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  let reading: Promise<Uint8Array> | undefined
  try {
    const { size } = await file.stat()
    const buffers: Buffer[] = []
    let at = start
    const read = async (turn: number): Promise<Uint8Array> => {
      const length = Math.min(chunkSize, end - at)
      // Most files are small. What is behind the size that it had is read too, byte by byte if need be.
      const buffer = (buffers[turn % 3] ??= Buffer.allocUnsafeSlow(Math.min(length, Math.max(size - at, 1))))
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length), at)
      at += bytesRead
      return buffer.subarray(0, bytesRead)
    }
    reading = read(0)
    for (let turn = 1; ; turn += 1) {
      const chunk = await reading
      if (chunk.length === 0) return
      reading = read(turn)
      // It is awaited in the next turn; until then a failure must not count as unhandled.
      reading.catch(() => undefined)
      yield chunk
    }
  } finally {
    await reading?.catch(() => undefined)
    await file.close()
  }
}

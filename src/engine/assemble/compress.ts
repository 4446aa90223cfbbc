import { giveBack } from '../../host/layers/decompress.ts'
import { type LayerCompression, packer } from './packer.ts'

/**
 * Uncompressed bytes of one gzip member or zstd frame. Members are compressed side by side, and their sequence is
 * one valid stream (RFC 1952, section 2.2; RFC 8878, section 3).
 */
const segmentSize = 4 * 2 ** 20

/** The segments that may be in memory at once, of all streams: whoever has one may fill and compress it. */
export class Lanes {
  readonly #free: Buffer[]
  readonly #waiting: ((segment: Buffer) => void)[] = []

  constructor(limit: number) {
    this.#free = Array.from({ length: limit }, () => Buffer.allocUnsafeSlow(segmentSize))
  }

  /** An empty segment, as soon as there is one; first come, first served. */
  async take(): Promise<Buffer> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  give(segment: Buffer): void {
    const next = this.#waiting.shift()
    if (next) next(segment)
    else this.#free.push(segment)
  }

  /** Frees the segments at once: nothing will be compressed any more. */
  close(): void {
    for (const segment of this.#free.splice(0)) giveBack(segment)
  }
}

/**
 * Compresses a stream segment by segment and hands the result on in order. At most `lanes` segments of all streams
 * are in memory. `chunks` is pulled only when there is room.
 */
export async function compress(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  compression: LayerCompression,
  lanes: Lanes,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const pack = packer(compression)
  let written: Promise<void> = Promise.resolve()
  const chain = { failed: false }
  const send = (segment: Buffer, size: number): void => {
    const previous = written
    const packed = pack(segment.subarray(0, size))
    written = (async () => {
      try {
        const all = await packed
        await previous
        for (const bytes of all) {
          await write(bytes)
          giveBack(new Uint8Array(bytes.buffer))
        }
      } catch (error) {
        chain.failed = true
        throw error
      } finally {
        lanes.give(segment)
      }
    })()
    // The last link of the chain is awaited below; a failure before it must not count as unhandled.
    written.catch(() => undefined)
    packed.catch(() => undefined)
  }
  let segment: Buffer | undefined
  let filled = 0
  try {
    for await (const chunk of chunks) {
      let at = 0
      while (at < chunk.length) {
        if (segment === undefined) {
          segment = await lanes.take()
          filled = 0
          if (chain.failed) await written
        }
        const taken = Math.min(segmentSize - filled, chunk.length - at)
        segment.set(chunk.subarray(at, at + taken), filled)
        filled += taken
        at += taken
        if (filled === segmentSize) {
          send(segment, filled)
          segment = undefined
        }
      }
    }
    if (segment !== undefined) send(segment, filled)
    segment = undefined
    await written
  } finally {
    if (segment !== undefined) lanes.give(segment)
  }
}

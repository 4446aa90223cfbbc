import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { Failure } from '../../failure.ts'
import { type Compression, compressionOf } from '../../image/mediatype.ts'
import { zstdFrames } from './zstd-frames.ts'

/** Larger chunks than zlib's 16 KiB: a layer has many, and each costs a turn of the event loop. */
const chunkSize = 256 * 1024

/**
 * A layer's tar from its blob, by magic bytes: gzip with any number of members, zstd with any number of frames, or
 * plain. The blob is read to its end, zeros after a gzip stream included. Throws Failure for damaged data; an error
 * of the blob's own comes first.
 */
export async function decompress(
  blob: AsyncIterable<Uint8Array>,
): Promise<{ readonly compression: Compression; readonly tar: AsyncIterable<Uint8Array> }> {
  const { head, chunks } = await peek(blob, 4)
  const compression = compressionOf(head)
  switch (compression) {
    case 'gzip':
      return { compression, tar: through(chunks, zlib.createGunzip({ chunkSize })) }
    case 'zstd':
      return { compression, tar: through(zstdFrames(chunks), zstdDecompressor()) }
    case 'none':
      return { compression, tar: chunks }
  }
}

function zstdDecompressor(): zlib.ZstdDecompress {
  if (!('createZstdDecompress' in zlib)) {
    throw new Failure('build', 'a layer is compressed with zstd, which this version of Node.js cannot read', {
      hint: 'use Node.js 22.15 or newer',
    })
  }
  return zlib.createZstdDecompress({ chunkSize })
}

async function* through(
  chunks: AsyncIterable<Uint8Array>,
  decompressor: zlib.Gunzip | zlib.ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  // Not sixteen chunks ahead, as objects are by themselves: that is 4 MB for each layer.
  const done = pipeline(Readable.from(chunks, { highWaterMark: 2 }), decompressor)
  // The loop reports it; this promise must not be left alone with it.
  done.catch(() => undefined)
  try {
    for await (const chunk of decompressor) yield chunk as Uint8Array
    // What follows the compressed stream is read too, so that the blob's digest and size are known.
    await done
  } catch (error) {
    throw isZlibError(error)
      ? new Failure('build', `its compressed data is damaged: ${error.message}`)
      : error
  }
}

/** The first bytes, and the chunks with these put back. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < bytes) {
    const next = await iterator.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return { head, chunks: withHead(head, iterator) }
}

async function* withHead(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

function isZlibError(error: unknown): error is { message: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    'message' in error &&
    /^(?:Z|ZSTD)_|^ERR_.*ZSTD/.test(String(error.code))
  )
}

/** `transfer` came with Node 21. */
interface Transferable {
  readonly transfer?: (length: number) => unknown
}

/**
 * Frees a chunk that came out of a decompressor and was used. Left to the garbage collector they count as pressure,
 * and it walks the whole heap for every few of them: a fifth of all the time of reading a layer. A chunk that does
 * not end its buffer leaves the rest of it to the next.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (byteOffset + byteLength === buffer.byteLength) (buffer as Transferable).transfer?.(0)
}

import * as zlib from 'node:zlib'
import { Failure } from '../../failure.ts'
import { type Compression, compressionOf } from '../../image/mediatype.ts'
import { zstdFrames } from './zstd-frames.ts'

/** Larger chunks than zlib's 16 KiB: a layer has many, and each costs a turn of the event loop. */
const chunkSize = 256 * 1024

/**
 * A layer's tar from its blob, by magic bytes: gzip with any number of members, zstd with any number of frames, or
 * plain. The blob is read to its end, zeros after a gzip stream included; nothing of a chunk is needed any more when
 * the next is asked for. Throws Failure for damaged data; an error of the blob's own comes first.
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
  const done = feed(chunks, decompressor)
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

/** Writes chunk after chunk: while one is unpacked the next is asked for of no one. */
async function feed(
  chunks: AsyncIterable<Uint8Array>,
  decompressor: zlib.Gunzip | zlib.ZstdDecompress,
): Promise<void> {
  // What is destroyed may never say that it took the last chunk.
  const closed = new Promise<void>((resolve) => decompressor.once('close', resolve))
  try {
    for await (const chunk of chunks) {
      const written = new Promise<void>((resolve, reject) => {
        decompressor.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
      await Promise.race([written, closed])
      if (decompressor.destroyed) throw new Error('a layer was unpacked no further')
    }
    decompressor.end()
  } catch (error) {
    decompressor.destroy(error as Error)
    throw error
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
    const isEnough = head.length === 0 && next.value.length >= bytes
    head = isEnough ? next.value : Buffer.concat([head, next.value])
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

/** The chunks of a stream whose reader is done with one when it asks for the next: each is freed then. */
export async function* usedUp(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk
    if (chunk.byteLength === chunk.buffer.byteLength) giveBack(chunk)
  }
}

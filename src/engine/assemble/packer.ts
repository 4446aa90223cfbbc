import * as zlib from 'node:zlib'
import { Failure } from '../../failure.ts'

export type LayerCompression = 'gzip' | 'zstd'

/** Part of every key under which compressed bytes are kept: change it when these bytes change. */
export const compressionVersion = 'gzip5-zstd3-4M-2'

/** Of the compressor's output; a segment seldom needs two. */
const outputSize = 2 * 2 ** 20

/**
 * Compresses one segment into a gzip member or zstd frame: its bytes in buffers that no one else uses, in order.
 * Throws Failure where this Node cannot.
 */
export function packer(compression: LayerCompression): (segment: Uint8Array) => Promise<readonly Buffer[]> {
  if (compression === 'gzip') {
    return async (segment) => {
      // Level 5 takes a quarter less time than 6 and gives less than 1 % more bytes.
      const packed = await outputOf(zlib.createGzip({ level: 5, chunkSize: outputSize }), segment)
      // The tenth byte names the operating system that compressed; the digest must not.
      if (packed[0]) packed[0][9] = 0xff
      return packed
    }
  }
  if (!('createZstdCompress' in zlib)) {
    throw new Failure('usage', `compression zstd needs Node 22.15 or newer; this is ${process.version}`, {
      hint: 'use a newer Node, or compression gzip',
    })
  }
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 3 }
  return (segment) =>
    // In one call, into room for all of it, a segment is compressed where it lies: without the window that is copied
    // into otherwise.
    frameOf(
      zlib.createZstdCompress({
        params,
        chunkSize: largestFrame(segment.length),
        flush: zlib.constants.ZSTD_e_end,
      }),
      segment,
    )
}

/** Room for any frame of so many bytes, as ZSTD_compressBound of zstd.h has it; no part of Node's pool of buffers. */
function largestFrame(bytes: number): number {
  const small = 128 * 1024
  return Math.max(bytes + (bytes >> 8) + (bytes < small ? (small - bytes) >> 11 : 0), Buffer.poolSize)
}

/**
 * All that a compressor makes of a segment. Its chunks lie one after another in a buffer of its own, and are put
 * together there: the functions of zlib that take a buffer would copy them, and leave both to the garbage collector.
 */
function outputOf(compressor: zlib.Gzip, segment: Uint8Array): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const all: Buffer[] = []
    compressor.on('data', (chunk: Buffer) => {
      const last = all.at(-1)
      if (last?.buffer === chunk.buffer && last.byteOffset + last.length === chunk.byteOffset) {
        all[all.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length)
      } else all.push(chunk)
    })
    compressor.on('end', () => resolve(all))
    compressor.on('error', reject)
    compressor.end(segment)
  })
}

/** The frame that is made of a segment with the one write that ends it: another end would add an empty frame. */
function frameOf(compressor: zlib.ZstdCompress, segment: Uint8Array): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const all: Buffer[] = []
    compressor.on('data', (chunk: Buffer) => all.push(chunk))
    compressor.on('error', reject)
    compressor.write(segment, () => {
      // Gives what is still held back to the listener.
      while (compressor.read() !== null);
      compressor.close()
      resolve(all)
    })
  })
}

import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { packer } from '../../../src/engine/assemble/packer.ts'

const mebibyte = 2 ** 20
const segments: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['text', Buffer.from(Array.from({ length: 300_000 }, (_, i) => `line ${i}\n`).join(''))],
  ['what cannot be compressed', randomBytes(4 * mebibyte)],
]

describe.each(segments)('%s as a segment', (_, segment) => {
  it('is the gzip member that zlib makes in one piece, and names no operating system', async () => {
    const made = Buffer.concat(await packer('gzip')(segment))
    const expected = gzipSync(segment, { level: 5 })
    expected[9] = 0xff
    expect(made.equals(expected)).toBe(true)
    expect(gunzipSync(made).equals(segment)).toBe(true)
  })

  it('is the zstd frame that zlib makes in one piece', async () => {
    const made = Buffer.concat(await packer('zstd')(segment))
    const params = { [constants.ZSTD_c_compressionLevel]: 3 }
    const expected = zstdCompressSync(segment, { params, chunkSize: 8 * mebibyte })
    expect(made.equals(expected)).toBe(true)
    expect(zstdDecompressSync(made).equals(segment)).toBe(true)
  })

  it.each(['gzip', 'zstd'] as const)(
    'lies in buffers that nothing else uses, with %s',
    async (compression) => {
      const made = await packer(compression)(segment)
      expect(new Set(made.map(({ buffer }) => buffer)).size).toBe(made.length)
      for (const { buffer, byteOffset } of made) {
        expect(byteOffset).toBe(0)
        // Neither has the pool that Node cuts small buffers from: it cannot be taken away.
        expect(() => structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })).not.toThrow()
      }
    },
  )
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { digestOf, verified } from '../../../src/host/registry/verified.ts'
import { bytesOf } from '../../fixtures/session.ts'
import { inChunks } from '../../fixtures/tar.ts'

const read = (bytes: Uint8Array, expected: Uint8Array, size = expected.length, chunk = 3): Promise<Buffer> =>
  bytesOf(verified(inChunks(bytes, chunk), { digest: digestOf(expected), size }, 'blob x'))

describe('verified', () => {
  it('passes on what is right, in whatever chunks it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.integer({ min: 1, max: 9 }), async (bytes, chunk) => {
        expect((await read(bytes, bytes, bytes.length, chunk)).equals(bytes)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('says what is wrong', async () => {
    const bytes = Buffer.from('some bytes')
    await expect(read(bytes.subarray(1), bytes)).rejects.toThrow('blob x is cut short: 9 of 10 bytes')
    await expect(read(Buffer.concat([bytes, bytes]), bytes)).rejects.toThrow('blob x is too long')
    await expect(read(Buffer.from('some bytez'), bytes)).rejects.toThrow('blob x is damaged')
  })

  it('hands out no more than a chunk over the size', async () => {
    let pulled = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await Promise.resolve()
        pulled += 1
        yield Buffer.alloc(10)
      }
    }
    const expected = { digest: digestOf(Buffer.alloc(25)), size: 25 }
    await expect(bytesOf(verified(endless(), expected, 'blob x'))).rejects.toThrow('is too long')
    expect(pulled).toBe(3)
  })
})

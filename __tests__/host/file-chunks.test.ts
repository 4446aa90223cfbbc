import { afterAll, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BufferRing, lentChunks } from '../../src/host/file-chunks.ts'
import { lentFor } from '../../src/image/source.ts'

const folder = mkdtempSync(join(tmpdir(), 'file-chunks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const content = randomBytes(5 * 2 ** 20 + 3)
const file = join(folder, 'file')
writeFileSync(file, content)

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

describe('lent chunks', () => {
  test.each([
    [0, undefined],
    [0, 0],
    [0, 1],
    [7, 7],
    [1, 2 ** 20 + 1],
    [2 ** 20 - 1, 3 * 2 ** 20],
    [5 * 2 ** 20, content.length],
    [content.length, undefined],
    [5, content.length + 100],
  ])('are the bytes from %p to %p', async (start, end) => {
    const chunks = lentChunks(file, new BufferRing(), { start, ...(end === undefined ? {} : { end }) })
    expect((await all(chunks)).equals(content.subarray(start, end))).toBe(true)
  })

  test('stay as they are while some more are asked for, of other files too, and no longer', async () => {
    const small = join(folder, 'some')
    writeFileSync(small, randomBytes(2 ** 18))
    const buffers = new BufferRing()
    async function* chunksOf(files: readonly string[]): AsyncGenerator<Uint8Array> {
      for (const one of files) yield* lentChunks(one, buffers)
    }
    const files = Array.from({ length: 20 }, () => small)
    const chunks = chunksOf([file, ...files])
    const large = Math.floor(content.length / 2 ** 20)
    for (let number = 1; number < large; number += 1) await chunks.next()
    const last = (await chunks.next()).value as Uint8Array
    const bytes = Buffer.from(last)
    for (let number = 0; number < lentFor; number += 1) {
      await chunks.next()
      expect(bytes.equals(last)).toBe(true)
    }
    for (let number = 0; number < lentFor; number += 1) await chunks.next()
    expect(bytes.equals(last)).toBe(false)
    await chunks.return(undefined)
  })

  test('take no more memory than a small file has', async () => {
    const small = join(folder, 'small')
    writeFileSync(small, 'abc')
    const chunks = lentChunks(small, new BufferRing())
    const chunk = (await chunks.next()).value as Uint8Array
    expect(chunk.buffer.byteLength).toBe(3)
    await chunks.return(undefined)
  })

  test('are all bytes of a file that grows, too', async () => {
    const growing = join(folder, 'growing')
    writeFileSync(growing, 'abc')
    const chunks = lentChunks(growing, new BufferRing())
    const first = Buffer.from((await chunks.next()).value as Uint8Array)
    // What is read ahead may have found the old end already: then that is where it ends.
    writeFileSync(growing, 'abcdefg')
    const rest = await all(chunks)
    expect(Buffer.from('abcdefg').indexOf(Buffer.concat([first, rest]))).toBe(0)
  })

  test('of a file that is not there are an error', async () => {
    await expect(all(lentChunks(join(folder, 'missing'), new BufferRing()))).rejects.toThrow('ENOENT')
  })
})

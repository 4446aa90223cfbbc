import { afterAll, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lentChunks } from '../../src/host/file-chunks.ts'

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
    const chunks = lentChunks(file, { start, ...(end === undefined ? {} : { end }) })
    expect((await all(chunks)).equals(content.subarray(start, end))).toBe(true)
  })

  test('stay as they are until the one after the next is asked for, and no longer', async () => {
    const chunks = lentChunks(file)
    const first = (await chunks.next()).value as Uint8Array
    await chunks.next()
    expect(content.subarray(0, first.length).equals(first)).toBe(true)
    await chunks.next()
    await chunks.next()
    expect(content.subarray(0, first.length).equals(first)).toBe(false)
    await chunks.return(undefined)
  })

  test('take no more memory than a small file has', async () => {
    const small = join(folder, 'small')
    writeFileSync(small, 'abc')
    const chunks = lentChunks(small)
    const chunk = (await chunks.next()).value as Uint8Array
    expect(chunk.buffer.byteLength).toBe(3)
    await chunks.return(undefined)
  })

  test('are all bytes of a file that grows, too', async () => {
    const growing = join(folder, 'growing')
    writeFileSync(growing, 'abc')
    const chunks = lentChunks(growing)
    const first = Buffer.from((await chunks.next()).value as Uint8Array)
    // What is read ahead may have found the old end already: then that is where it ends.
    writeFileSync(growing, 'abcdefg')
    const rest = await all(chunks)
    expect(Buffer.from('abcdefg').indexOf(Buffer.concat([first, rest]))).toBe(0)
  })

  test('of a file that is not there are an error', async () => {
    await expect(all(lentChunks(join(folder, 'missing')))).rejects.toThrow('ENOENT')
  })
})

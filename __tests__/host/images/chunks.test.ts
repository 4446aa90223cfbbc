import { afterAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BufferRing, lentChunks } from '../../../src/host/file-chunks.ts'
import { writeAll } from '../../../src/host/images/chunks.ts'

const folder = mkdtempSync(join(tmpdir(), 'chunks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sizes = [0, 1, 511, 512, 65_535, 65_536, 65_537, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 5]
// Large ones after small ones after large ones.
const blobs = [...sizes, ...sizes.toReversed(), 2 ** 20, 100, 100, 100, 100, 100, 100, 2 ** 20].map(
  (size, i) => {
    const path = join(folder, `blob-${i}`)
    writeFileSync(path, randomBytes(size))
    return path
  },
)

async function* archive(): AsyncGenerator<Uint8Array> {
  const buffers = new BufferRing()
  for (const path of blobs) {
    yield Buffer.from(path)
    yield* lentChunks(path, buffers)
    yield Buffer.alloc(0)
  }
}

const expected = Buffer.concat(blobs.flatMap((path) => [Buffer.from(path), readFileSync(path)]))

/** A file of a disk that is slow, and takes as much at once as `most` says. */
function slow(file: FileHandle, most: number): FileHandle {
  return {
    async writev(buffers: readonly Uint8Array[]) {
      await new Promise((resolve) => setTimeout(resolve, 3))
      const part = Buffer.concat(buffers).subarray(0, most)
      return file.write(part, 0, part.length)
    },
  } as unknown as FileHandle
}

describe('writing lent chunks', () => {
  it.each([
    ['as it is', (file: FileHandle) => file],
    ['slowly', (file: FileHandle) => slow(file, Infinity)],
    ['slowly and in pieces', (file: FileHandle) => slow(file, 700_000)],
  ])('to a disk that takes them %s gives all bytes in their order', async (_, over) => {
    const path = join(folder, 'archive')
    const file = await open(path, 'w')
    try {
      await writeAll(over(file), archive())
    } finally {
      await file.close()
    }
    expect(readFileSync(path).equals(expected)).toBe(true)
  })

  it('ends with what the disk says, also when the last chunk failed', async () => {
    const full = { writev: () => Promise.reject(new Error('ENOSPC')) } as unknown as FileHandle
    await expect(writeAll(full, archive())).rejects.toThrow('ENOSPC')
    async function* one(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('x'))
    }
    await expect(writeAll(full, one())).rejects.toThrow('ENOSPC')
  })
})

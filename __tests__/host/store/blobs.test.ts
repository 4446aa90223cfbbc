import { chmod, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { beforeEach, describe, expect, it } from '@jest/globals'
import { drain } from '../../../src/host/store/blobs.ts'
import { openStore, type Store } from '../../../src/host/store/store.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { inChunks } from '../../fixtures/tar.ts'
import { digest } from '../../fixtures/tiny-image.ts'

const bytes = Buffer.from('some bytes that are worth keeping\n'.repeat(1000))
const at = useFolder()
let store: Store
beforeEach(async () => {
  store = await openStore(at('store'))
})

const temporaries = (): Promise<string[]> => readdir(at('store', 'tmp'))

async function damage(of: Buffer, content: string | Buffer): Promise<void> {
  const path = store.blobs.path(digest(of))
  await chmod(path, 0o644)
  await writeFile(path, content)
}

describe('a kept blob', () => {
  it('lies under its digest, read-only, and is read back', async () => {
    const kept = await store.blobs.keep(inChunks(bytes, 1000))
    expect(kept).toEqual({ digest: digest(bytes), size: bytes.length })
    const path = store.blobs.path(kept.digest)
    expect(await readFile(path)).toEqual(bytes)
    expect((await stat(path)).mode & 0o222).toBe(0)
    const read: Uint8Array[] = []
    for await (const chunk of store.blobs.read(kept.digest)) read.push(Buffer.from(chunk))
    expect(Buffer.concat(read)).toEqual(bytes)
    expect(await temporaries()).toEqual([])
  })

  it('is marked as used when it is asked for', async () => {
    const { digest: kept, size } = await store.blobs.keep(inChunks(bytes))
    const path = store.blobs.path(kept)
    await utimes(path, 1000, 1000)
    expect(await store.blobs.has(kept, size)).toBe(true)
    expect((await stat(path)).mtimeMs).toBeGreaterThan(1e12)
  })

  it('is not there when it is missing or has another size', async () => {
    expect(await store.blobs.has(digest(bytes), bytes.length)).toBe(false)
    expect(await store.blobs.verified(digest(bytes), bytes.length)).toBeUndefined()
    await store.blobs.keep(inChunks(bytes))
    expect(await store.blobs.has(digest(bytes), bytes.length + 1)).toBe(false)
  })

  it('may be written by many at once, and each of them is right', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => store.blobs.keep(inChunks(bytes, 100))))
    expect(new Set(all.map((one) => one.digest)).size).toBe(1)
    expect(await readFile(store.blobs.path(digest(bytes)))).toEqual(bytes)
    expect(await temporaries()).toEqual([])
  })
})

describe.each([
  ['small', bytes],
  ['large', Buffer.concat(Array.from({ length: 60 }, () => bytes))],
])('a damaged blob that is %s', (_, content) => {
  beforeEach(async () => {
    await store.blobs.keep(inChunks(content))
  })

  it('is told at the end of reading, and is gone then', async () => {
    await damage(content, Buffer.from(content).fill(0x20, 500, 501))
    await expect(drain(store.blobs.read(digest(content)))).rejects.toMatchObject({
      name: 'Failure',
      kind: 'build',
      message: expect.stringContaining(digest(content)),
      hint: expect.stringContaining('run the build again'),
    })
    expect(await store.blobs.has(digest(content), content.length)).toBe(false)
  })

  it('does not count as verified, and is gone then', async () => {
    await damage(content, Buffer.alloc(content.length))
    expect(await store.blobs.verified(digest(content), content.length)).toBeUndefined()
    await expect(stat(store.blobs.path(digest(content)))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('that is shorter does not count as there, and is replaced when it is made again', async () => {
    await chmod(store.blobs.path(digest(content)), 0o644)
    await truncate(store.blobs.path(digest(content)), 100)
    expect(await store.blobs.has(digest(content), content.length)).toBe(false)
    await store.blobs.keep(inChunks(content))
    expect(await store.blobs.verified(digest(content), content.length)).toBe(
      store.blobs.path(digest(content)),
    )
  })

  it('that went away between two looks is a Failure that says to build again', async () => {
    await rm(store.blobs.path(digest(content)))
    await expect(drain(store.blobs.read(digest(content)))).rejects.toMatchObject({
      name: 'Failure',
      hint: expect.stringContaining('run the build again'),
    })
  })
})

describe('an interrupted write', () => {
  it('leaves nothing, neither half a blob nor a temporary file', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* inChunks(bytes, 100)
      throw new Error('the source broke')
    }
    await expect(store.blobs.keep(broken())).rejects.toThrow('the source broke')
    expect(await temporaries()).toEqual([])
    expect(await readdir(at('store'))).toEqual(['seal-key', 'tmp'])
  })

  it('that never wrote a byte leaves nothing', async () => {
    for (let i = 0; i < 20; i += 1) {
      const writer = await store.blobs.create()
      await writer.abort()
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await temporaries()).toEqual([])
  })

  it('does not touch the blob that is there', async () => {
    await store.blobs.keep(inChunks(bytes))
    const writer = await store.blobs.create()
    await writer.write(bytes.subarray(0, 10))
    await writer.abort()
    await drain(store.blobs.read(digest(bytes)))
  })

  it('into a folder that may not be written says so', async () => {
    const path = dirname(store.blobs.path(digest(bytes)))
    await mkdir(dirname(path), { recursive: true })
    // A file where a folder has to be: root may write anywhere else.
    await writeFile(path, '')
    await expect(store.blobs.keep(inChunks(bytes))).rejects.toMatchObject({ name: 'Failure' })
    expect(await temporaries()).toEqual([])
  })
})

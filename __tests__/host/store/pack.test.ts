import { beforeEach, describe, expect, it } from '@jest/globals'
import { chmod, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { drain } from '../../../src/host/store/blobs.ts'
import { type KeepSet, lasting } from '../../../src/host/store/keep.ts'
import { headerLength, parseHeader, prefixBytes } from '../../../src/host/store/pack-header.ts'
import { writePack } from '../../../src/host/store/pack.ts'
import { openStore, type Store } from '../../../src/host/store/store.ts'
import { unpack } from '../../../src/host/store/unpack.ts'
import { inChunks } from '../../fixtures/tar.ts'
import { useFolder } from '../../fixtures/folder.ts'

const at = useFolder()
let store: Store
let other: Store
beforeEach(async () => {
  store = await openStore(at('store'))
  other = await openStore(at('other'))
})

function keep(text: string): ReturnType<Store['blobs']['keep']> {
  return lasting(store).blobs.keep(inChunks(Buffer.from(text)))
}

async function pack(set: KeepSet = store.keep.used, max = 1e9): Promise<string> {
  await rm(at('pack'), { force: true })
  await writePack(store, set, at('pack'), max)
  return at('pack')
}

/** Where in a pack the bytes of its pieces begin. */
async function bodyOf(file: string): Promise<number> {
  return prefixBytes + (headerLength((await readFile(file)).subarray(0, prefixBytes)) ?? NaN)
}

async function files(root: string): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'seal-key')
    .map((entry) => entry.name)
    .sort()
}

describe('what is remembered', () => {
  it('is what was asked for through the lasting store, and was there or was made', async () => {
    const { blobs, records } = lasting(store)
    const made = await keep('made')
    const found = await store.blobs.keep(inChunks(Buffer.from('found')))
    const unused = await store.blobs.keep(inChunks(Buffer.from('unused')))
    await blobs.has(found.digest, found.size)
    await blobs.has(unused.digest, unused.size + 1)
    await store.records.put('read', 'x')
    await store.records.put('touched', 'x')
    await store.records.put('never', 'x')
    await records.get('read')
    await records.get('nowhere')
    await records.touch('touched')
    await records.touch('nowhere')
    await records.put('put', 'x')
    const { used } = store.keep
    expect(used.blobs.map(([digest]) => digest)).toEqual([made.digest, found.digest].sort())
    expect(used.records).toHaveLength(3)
    await pack()
    expect(await unpack(at('pack'), other)).toEqual({ pieces: 5, damaged: 0 })
    expect(
      await Promise.all(['read', 'touched', 'put', 'never'].map((key) => other.records.get(key))),
    ).toEqual(['x', 'x', 'x', undefined])
  })

  it('can be told for a part of the work', async () => {
    const { records } = lasting(store)
    await records.put('before', 'x')
    const { result, used } = await store.keep.during(async () => {
      await records.get('before')
      await records.put('within', 'x')
      return 7
    })
    await records.put('after', 'x')
    expect(result).toBe(7)
    expect(used.records).toHaveLength(2)
    expect(store.keep.used.records).toHaveLength(3)
    store.keep.add({ records: ['a'.repeat(64)], blobs: [] })
    expect(store.keep.used.records).toHaveLength(4)
  })
})

describe('a pack', () => {
  it('carries blobs and records, and the same set makes the same file', async () => {
    const blob = await keep('content')
    await lasting(store).records.put('key', 'text')
    const first = await readFile(await pack())
    expect(await readFile(await pack())).toEqual(first)
    expect(await unpack(at('pack'), other)).toEqual({ pieces: 2, damaged: 0 })
    expect(await other.records.get('key')).toBe('text')
    await drain(other.blobs.read(blob.digest))
    expect(await files(other.root)).toEqual(await files(store.root))
  })

  it('leaves out what is gone, and the largest where there is no room', async () => {
    const [small, large, gone] = [await keep('small'), await keep('large'.repeat(100)), await keep('gone')]
    await rm(store.blobs.path(gone.digest))
    const packed = await writePack(store, store.keep.used, at('pack'), 400)
    expect(packed).toMatchObject({ pieces: 1, left: large.size })
    expect(packed.bytes).toBe((await stat(at('pack'))).size)
    await unpack(at('pack'), other)
    expect(await other.blobs.has(small.digest, small.size)).toBe(true)
    expect(await other.blobs.has(large.digest, large.size)).toBe(false)
  })

  it('is not written when a part changes on the way', async () => {
    const blob = await keep('content')
    const path = store.blobs.path(blob.digest)
    const writing = writePack(store, store.keep.used, at('pack'), 1e9)
    await chmod(path, 0o644)
    await truncate(path, 3)
    // Whichever came first: it is found out, or it was not in the pack.
    await writing.then(
      ({ pieces }) => expect(pieces).toBe(0),
      (error: unknown) => expect(String(error)).toContain('changed while it was packed'),
    )
  })

  it('leaves what is in a store already as it is', async () => {
    await lasting(store).records.put('key', 'from the pack')
    await other.records.put('key', 'from here')
    await unpack(await pack(), other)
    expect(await other.records.get('key')).toBe('from here')
  })

  it.each([1, 10, 90])('that ends %i bytes early gives what was whole', async (missing) => {
    const small = await keep('small')
    const large = await keep('large'.repeat(100))
    const file = await pack()
    await truncate(file, (await stat(file)).size - missing)
    expect(await unpack(file, other)).toEqual({ pieces: 1, damaged: 1 })
    expect(await other.blobs.has(small.digest, small.size)).toBe(true)
    expect(await files(other.root)).toEqual([small.digest.slice(7)])
    expect(await other.blobs.has(large.digest, large.size)).toBe(false)
  })

  it('of which a piece is damaged gives the others', async () => {
    const blobs = [await keep('a'.repeat(100)), await keep('b'.repeat(101)), await keep('c'.repeat(102))]
    await lasting(store).records.put('key', 'text')
    const file = await pack()
    const bytes = await readFile(file)
    const [record = ''] = store.keep.used.records
    const start = (await bodyOf(file)) + (await stat(store.records.path(record))).size
    for (const at of [start - 1, start + 150]) bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(file, bytes)
    expect(await unpack(file, other)).toEqual({ pieces: 2, damaged: 2 })
    expect(await Promise.all(blobs.map(({ digest, size }) => other.blobs.has(digest, size)))).toEqual([
      true,
      false,
      true,
    ])
    expect(await other.records.get('key')).toBeUndefined()
    expect(await readdir(at('other', 'tmp'))).toEqual([])
  })
})

describe('a header', () => {
  it('is read as it was written', async () => {
    const blob = await keep('content')
    const bytes = await readFile(await pack())
    const text = bytes.subarray(prefixBytes, await bodyOf(at('pack'))).toString()
    expect(parseHeader(text)).toEqual([{ kind: 'blob', name: blob.digest, size: 7 }])
  })
})

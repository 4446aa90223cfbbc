import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { describe, expect, it } from '@jest/globals'
import { prune } from '../../../src/host/store/prune.ts'
import { openStore, pruneStore, storeRoot } from '../../../src/host/store/store.ts'
import { useFolder } from '../../fixtures/folder.ts'

const at = useFolder()
const day = 24 * 60 * 60 * 1000
const now = 1_000 * day
const limits = { maxBytes: 1000, maxAge: 30 * day, minAge: day / 12 }

async function keep(path: string, bytes: number, age: number): Promise<void> {
  await mkdir(dirname(at('store', path)), { recursive: true })
  await writeFile(at('store', path), Buffer.alloc(bytes))
  await utimes(at('store', path), (now - age) / 1000, (now - age) / 1000)
}

async function left(): Promise<string[]> {
  const found = await readdir(at('store'), { recursive: true, withFileTypes: true })
  return found
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort()
}

describe('pruning', () => {
  it('removes what was not used for long, whatever its size', async () => {
    await keep('blobs/sha256/aa/old', 1, 31 * day)
    await keep('records/bb/old-record', 1, 31 * day)
    await keep('blobs/sha256/aa/used', 1, 29 * day)
    expect(await prune(at('store'), limits, now)).toBe(2)
    expect(await left()).toEqual(['used'])
  })

  it('removes the least recently used until the rest fits, and no more', async () => {
    await keep('blobs/sha256/aa/first', 400, 3 * day)
    await keep('blobs/sha256/aa/second', 400, 2 * day)
    await keep('records/bb/third', 400, 1 * day)
    expect(await prune(at('store'), limits, now)).toBe(400)
    expect(await left()).toEqual(['second', 'third'])
  })

  it('never takes what was just used, even when all of it is too large', async () => {
    await keep('blobs/sha256/aa/in-use', 5000, day / 24)
    await keep('blobs/sha256/aa/idle', 10, day)
    expect(await prune(at('store'), limits, now)).toBe(10)
    expect(await left()).toEqual(['in-use'])
  })

  it('removes what killed builds left half written after a day, folders too', async () => {
    await keep('tmp/blob-123', 10, 2 * day)
    await keep('tmp/install-x/prefix/lib/six.py', 10, 2 * day)
    await keep('tmp/blob-456', 10, day / 2)
    await utimes(at('store', 'tmp', 'install-x'), (now - 2 * day) / 1000, (now - 2 * day) / 1000)
    await prune(at('store'), limits, now)
    expect(await readdir(at('store', 'tmp'))).toEqual(['blob-456'])
  })

  it('leaves a folder alone that another build is filling with links to old files', async () => {
    await keep('tmp/install-x/prefix/lib/six.py', 10, 400 * day)
    await utimes(at('store', 'tmp', 'install-x'), now / 1000, now / 1000)
    await prune(at('store'), limits, now)
    expect(await left()).toEqual(['six.py'])
  })

  it('of a store that is not there frees nothing', async () => {
    expect(await prune(at('nowhere'), limits, now)).toBe(0)
  })
})

describe('the store', () => {
  it('is pruned once a day, and again when the clock went back', async () => {
    const store = await openStore(at('store'))
    await keep('blobs/sha256/aa/old', 7, 31 * day)
    expect(await pruneStore(store, now)).toBe(7)
    await keep('blobs/sha256/aa/old', 7, 31 * day)
    expect(await pruneStore(store, now + day / 2)).toBe(0)
    expect(await pruneStore(store, now + day)).toBe(7)
    await keep('blobs/sha256/aa/old', 7, 31 * day)
    expect(await pruneStore(store, now - day / 2)).toBe(7)
  })

  it('is pruned when its stamp is damaged', async () => {
    const store = await openStore(at('store'))
    await keep('blobs/sha256/aa/old', 7, 31 * day)
    await writeFile(at('store', 'pruned'), 'no number')
    expect(await pruneStore(store, now)).toBe(7)
  })

  it('is below XDG_CACHE_HOME when that is absolute, else below the home', () => {
    expect(storeRoot({ XDG_CACHE_HOME: '/cache', HOME: '/home/u' })).toBe('/cache/pydeps-image')
    expect(storeRoot({ HOME: '/home/u' })).toBe('/home/u/.cache/pydeps-image')
    expect(storeRoot({ XDG_CACHE_HOME: 'relative', HOME: '/home/u' })).toBe('/home/u/.cache/pydeps-image')
    expect(storeRoot({ XDG_CACHE_HOME: '', HOME: '/home/u' })).toBe('/home/u/.cache/pydeps-image')
  })

  it('whose place is a file is a Failure that says what to do', async () => {
    await writeFile(at('file'), '')
    await expect(openStore(at('file', 'pydeps-image'))).rejects.toMatchObject({
      name: 'Failure',
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    })
  })
})

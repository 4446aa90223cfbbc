import { readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

import { beforeEach, describe, expect, it } from '@jest/globals'
import { openStore, type Store } from '../../../src/host/store/store.ts'
import { useFolder } from '../../fixtures/folder.ts'

const at = useFolder()
let store: Store
beforeEach(async () => {
  store = await openStore(at('store'))
})

/** Path of the only record. */
async function path(): Promise<string> {
  const [folder = ''] = await readdir(at('store', 'records'))
  const [name = ''] = await readdir(at('store', 'records', folder))
  return at('store', 'records', folder, name)
}

describe('a record', () => {
  it('is read back under its key alone', async () => {
    await store.records.put('a key', 'the text\nwith two lines')
    expect(await store.records.get('a key')).toBe('the text\nwith two lines')
    expect(await store.records.get('another')).toBeUndefined()
    expect(await readdir(at('store', 'tmp'))).toEqual([])
  })

  it('may be empty, and may be replaced', async () => {
    await store.records.put('a key', '')
    expect(await store.records.get('a key')).toBe('')
    await store.records.put('a key', 'new')
    expect(await store.records.get('a key')).toBe('new')
  })

  it('is marked as used when it is read', async () => {
    await store.records.put('a key', 'text')
    await utimes(await path(), 1000, 1000)
    await store.records.get('a key')
    expect((await stat(await path())).mtimeMs).toBeGreaterThan(1e12)
  })

  it('may be written by many at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.records.put('a key', `text ${i}`)))
    expect(await store.records.get('a key')).toMatch(/^text \d+$/)
    expect(await readdir(at('store', 'tmp'))).toEqual([])
  })
})

describe('a damaged record', () => {
  const damages: Readonly<Record<string, (whole: Buffer) => Buffer>> = {
    'that is no gzip': () => Buffer.from('{"name": "planted"}'),
    'that is empty': () => Buffer.alloc(0),
    'that is cut off': (whole) => whole.subarray(0, whole.length - 9),
    'whose text was changed': (whole) =>
      gzipSync(Buffer.from(gunzipSync(whole).toString().replace('the text', 'no text'))),
    'without a checksum': () => gzipSync('the text'),
    'that would fill the memory': () => gzipSync(Buffer.alloc(513 * 2 ** 20), { level: 1 }),
  }
  for (const [name, damage] of Object.entries(damages)) {
    it(`${name} counts as missing, is removed, and can be kept again`, async () => {
      await store.records.put('a key', 'the text')
      const place = await path()
      await writeFile(place, damage(await readFile(place)))
      expect(await store.records.get('a key')).toBeUndefined()
      await expect(stat(place)).rejects.toMatchObject({ code: 'ENOENT' })
      await store.records.put('a key', 'the text')
      expect(await store.records.get('a key')).toBe('the text')
    })
  }

  it("that was moved to another key's place is not believed", async () => {
    await store.records.put('a key', 'the text')
    const from = await path()
    await store.records.put('another', 'x')
    const folders = await readdir(at('store', 'records'))
    const places = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(at('store', 'records', folder))).map((name) =>
          join(at('store', 'records', folder), name),
        ),
      ),
    )
    await rename(from, places.flat().find((one) => one !== from) ?? '')
    expect(await store.records.get('another')).toBeUndefined()
  })
})

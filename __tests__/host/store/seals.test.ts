import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { Seals } from '../../../src/host/store/seals.ts'
import { openStore } from '../../../src/host/store/store.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { inChunks } from '../../fixtures/tar.ts'
import { digest } from '../../fixtures/tiny-image.ts'

const at = useFolder()
const bytes = randomBytes(3 * 2 ** 20 + 5)
const name = digest(bytes)

/** What is found for bytes that are said to be `bytes`; undefined only where a seal tells that they are others. */
async function found(seals: Seals, said: Buffer, chunk = 1 << 20): Promise<string | undefined> {
  const check = await seals.checkOf(name, bytes.length)
  for (let start = 0; start < said.length; start += chunk) check.update(said.subarray(start, start + chunk))
  return check.end()
}

function changed(place: number): Buffer {
  const other = Buffer.from(bytes)
  other[place] = (other[place] ?? 0) ^ 1
  return other
}

const others: readonly (readonly [string, Buffer])[] = [
  ['another first bit', changed(0)],
  ['another bit in the middle', changed(2 ** 20)],
  ['another last bit', changed(bytes.length - 1)],
  ['a byte less', bytes.subarray(0, -1)],
  ['a byte more', Buffer.concat([bytes, Buffer.alloc(1)])],
  [
    'two parts in each other’s place',
    Buffer.concat([bytes.subarray(16, 32), bytes.subarray(0, 16), bytes.subarray(32)]),
  ],
  ['nothing', Buffer.alloc(0)],
]

describe('bytes that were checked against their digest once', () => {
  it('are known again, however they are cut', async () => {
    await mkdir(at('store'))
    expect(await found(new Seals(at('store')), bytes)).toBe(name)
    for (const chunk of [1000, 2 ** 20, bytes.length])
      expect(await found(new Seals(at('store')), bytes, chunk)).toBe(name)
  })

  it.each(others)('are not mistaken for bytes with %s', async (_, other) => {
    const seals = new Seals((await openStore(at('store'))).root)
    expect(await found(seals, other)).toBe(digest(other))
    await found(seals, bytes)
    expect(await found(seals, other)).toBeUndefined()
    expect(await found(seals, bytes)).toBe(name)
  })

  it('are sealed when they are written, too', async () => {
    const { blobs, seals } = await openStore(at('store'))
    await blobs.keep(inChunks(bytes, 100_000))
    expect(await found(seals, changed(5))).toBeUndefined()
    expect(await found(seals, bytes)).toBe(name)
  })

  it('are checked by their digest when they are few', async () => {
    const { blobs, seals, root } = await openStore(at('store'))
    const few = Buffer.from('few')
    await blobs.keep(inChunks(few))
    const check = await seals.checkOf(digest(few), few.length)
    check.update(Buffer.from('others'))
    expect(await check.end()).toBe(digest(Buffer.from('others')))
    expect(await readdir(root)).not.toContain('records')
  })
})

describe('the key of seals', () => {
  it('is readable for its owner alone, and the same for all that ask at once', async () => {
    const { root } = await openStore(at('store'))
    const all = Array.from({ length: 10 }, () => new Seals(root))
    expect(await Promise.all(all.map((seals) => found(seals, bytes)))).toEqual(all.map(() => name))
    expect((await stat(at('store', 'seal-key'))).mode & 0o777).toBe(0o600)
    for (const seals of all) expect(await found(seals, changed(1))).toBeUndefined()
    expect((await readdir(root)).filter((file) => file.startsWith('seal-key'))).toEqual(['seal-key'])
  })

  it('is needed: what another store sealed is checked by its digest', async () => {
    const { root } = await openStore(at('one'))
    await found(new Seals(root), bytes)
    await cp(at('one', 'records'), at('two', 'records'), { recursive: true })
    const other = changed(1)
    expect(await found(new Seals(at('two')), other)).toBe(digest(other))
    expect(await readFile(at('two', 'seal-key'))).not.toEqual(await readFile(at('one', 'seal-key')))
  })

  it.each([
    ['is damaged', async () => writeFile(at('seal-key'), 'short'), () => at()],
    ['cannot be made', async () => writeFile(at('file'), ''), () => at('file', 'store')],
  ])('may be missing: where it %s, digests are taken', async (_, prepare, root) => {
    await prepare()
    const other = changed(1)
    for (let time = 0; time < 2; time += 1) {
      expect(await found(new Seals(root()), bytes)).toBe(name)
      expect(await found(new Seals(root()), other)).toBe(digest(other))
    }
  })
})

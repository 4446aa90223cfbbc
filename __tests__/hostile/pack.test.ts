import { beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { isHere } from '../../src/host/store/keep-set.ts'
import { parseHeader, renderHeader } from '../../src/host/store/pack-header.ts'
import { openStore, type Store } from '../../src/host/store/store.ts'
import { unpack } from '../../src/host/store/unpack.ts'
import { useFolder } from '../fixtures/folder.ts'

const at = useFolder()
let store: Store
beforeEach(async () => {
  store = await openStore(at('store'))
})

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const [a, b] = [hash('a'), hash('b')]

function packOf(header: unknown, body = ''): Buffer {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const prefix = renderHeader([])
    .subarray(0, -2 - 9)
    .toString()
  return Buffer.from(`${prefix}${String(Buffer.byteLength(text)).padStart(8, '0')}\n${text}${body}`)
}

async function unpacked(pack: Uint8Array): Promise<{ pieces: number; damaged: number; files: string[] }> {
  await writeFile(at('pack'), pack)
  const result = await unpack(at('pack'), store)
  const files = (await readdir(at(), { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && !['pack', 'seal-key'].includes(entry.name))
    .map((entry) => entry.name)
  return { ...result, files }
}

describe('a pack of a stranger', () => {
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['another kind of file', Buffer.from('PK\x03\x04'.repeat(100))],
    [
      'another version',
      Buffer.from(
        packOf([[`sha256:${a}`, 1]], 'a')
          .toString()
          .replace('pack 1', 'pack 2'),
      ),
    ],
    ['a header that is longer than the file', packOf([]).subarray(0, -1)],
    ['a header that is no JSON', packOf('[[')],
    ['a header that is no list', packOf({ length: 1 })],
    ['deep nesting', packOf('['.repeat(100_000))],
    ['a length that is no number', Buffer.from(packOf([]).toString().replace(/\d{8}/, '-0000001'))],
    ['a length beyond all bounds', Buffer.from(packOf([]).toString().replace(/\d{8}/, '99999999'))],
    ['a path as a name', packOf([['../../victim', 1, a]], 'a')],
    ['a path as a digest', packOf([[`sha256:../../${a.slice(6)}`, 1]], 'a')],
    ['an absolute path as a name', packOf([[`/${a.slice(1)}`, 1, a]], 'a')],
    ['a name in capitals', packOf([[a.toUpperCase(), 1, a]], 'a')],
    ['a size below zero', packOf([[`sha256:${a}`, -1]], 'a')],
    ['a size that is no whole number', packOf([[`sha256:${a}`, 0.5]], 'a')],
    ['a size that is text', packOf([[`sha256:${a}`, '1']], 'a')],
    ['a record larger than any', packOf([[a, 2 ** 40, a]], 'a')],
    ['more pieces than there can be', packOf(Array.from({ length: 60_000 }, () => [`sha256:${a}`, 0]))],
    ['one bad row among good ones', packOf([[`sha256:${a}`, 1], null], 'a')],
  ])('with %s gives nothing', async (_, pack) => {
    expect(await unpacked(pack)).toEqual({ pieces: 0, damaged: 1, files: [] })
  })

  it('that promises more than it holds, gives what it holds', async () => {
    const rows = [
      [`sha256:${a}`, 1],
      [`sha256:${b}`, Number.MAX_SAFE_INTEGER],
      [`sha256:${hash('c')}`, Number.MAX_SAFE_INTEGER],
    ]
    expect(await unpacked(packOf(rows, 'ab'))).toEqual({ pieces: 1, damaged: 2, files: [a] })
  })

  it('with bytes that are not what their names say, gives none of them', async () => {
    const rows = [
      [a, 1, hash('x')],
      [`sha256:${a}`, 1],
      [`sha256:${b}`, 0],
    ]
    expect(await unpacked(packOf(rows, 'yx'))).toEqual({ pieces: 0, damaged: 3, files: [] })
  })

  it('with a name twice, keeps the first and is not confused', async () => {
    const rows = [
      [a, 1, a],
      [a, 1, b],
      [`sha256:${b}`, 1],
      [`sha256:${b}`, 1],
    ]
    const { files } = await unpacked(packOf(rows, 'abbx'))
    expect(files.sort()).toEqual([a, b].sort())
    expect(await readFile(store.records.path(a), 'utf8')).toBe('a')
  })

  it('cannot put a record in the place of another key', async () => {
    await store.records.put('one', 'text')
    const [folder = ''] = await readdir(at('store', 'records'))
    const [name = ''] = await readdir(at('store', 'records', folder))
    const bytes = await readFile(store.records.path(name))
    const victim = hash('two')
    const row = [victim, bytes.length, createHash('sha256').update(bytes).digest('hex')]
    const pack = Buffer.concat([packOf([row]), bytes])
    expect(await unpacked(pack)).toMatchObject({ pieces: 1, damaged: 0 })
    expect(await store.records.get('two')).toBeUndefined()
    expect(await isHere(store, { records: [victim], blobs: [] })).toBe(false)
  })

  it('never writes outside the store, whatever its header', async () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '/', '.', a, `sha256:${a}`, `sha256:${a}/../../x`, `${a}\n`, `\0${a}`),
    )
    const row = fc.array(fc.oneof(name, fc.integer(), fc.double(), fc.constant(null)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), fc.string(), async (rows, body) => {
        const { files } = await unpacked(packOf(rows, body))
        const allowed = new Set(
          (parseHeader(JSON.stringify(rows)) ?? []).map((piece) => piece.name.slice(-64)),
        )
        for (const file of files) expect(allowed.has(file)).toBe(true)
        expect(await readdir(dirname(at('store')))).toEqual(expect.arrayContaining(['pack', 'store']))
        store = await openStore(at('store'))
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})

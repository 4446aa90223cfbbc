import { createGzip, gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { listLayer } from '../../src/host/layers/read.ts'
import { findDistributions } from '../../src/image/distributions.ts'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { decodeListing, encodeListing } from '../../src/image/listing-text.ts'
import { findRequirers } from '../../src/image/required-by.ts'
import { findSystemPackages } from '../../src/image/system-packages.ts'
import { encodeHeader } from '../../src/tar/writer.ts'
import { createListing, type TinyLayer } from '../fixtures/image.ts'
import { createEntry, createTar, inChunks } from '../fixtures/tar.ts'

const site = 'opt/venv/lib/python3.13/site-packages'

describe('a hostile layer', () => {
  it('that is a bomb is refused before it is unpacked', async () => {
    // A terabyte of zeros, if it were read on.
    const gzip = createGzip()
    const zeros = Buffer.alloc(1 << 20)
    let written = 0
    async function* bomb(): AsyncGenerator<Uint8Array> {
      gzip.write(encodeHeader(createEntry({ path: 'zeros', size: 2 ** 40 })))
      for (let i = 0; i < 1_000_000; i += 1) {
        written += zeros.length
        if (!gzip.write(zeros)) await new Promise((resolve) => gzip.once('drain', resolve))
        for (let chunk = gzip.read() as Buffer | null; chunk; chunk = gzip.read() as Buffer | null)
          yield chunk
      }
    }
    const limits = { bytesBeforeRatio: 1e7, ratio: 200 }
    await expect(listLayer(bomb(), { limits })).rejects.toThrow('more than 200 times its size')
    expect(written).toBeLessThan(2e8)
    gzip.destroy()
  })

  it('of very many entries is refused at the limit', async () => {
    const header = encodeHeader(createEntry({ path: 'x' }))
    async function* endless(): AsyncGenerator<Uint8Array> {
      const block = Buffer.concat(Array.from({ length: 500 }, () => header))
      for (;;) {
        await Promise.resolve()
        yield block
      }
    }
    await expect(listLayer(endless(), { limits: { entries: 50_000 } })).rejects.toThrow(
      'more than 50000 entries',
    )
  })

  it.each<[string, Buffer]>([
    ['a gzip header alone', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['a gzip of reserved flags', Buffer.from([0x1f, 0x8b, 8, 0xff, 1, 2, 3, 4, 5, 6])],
    ['a zstd magic alone', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
    ['a zstd of a huge window', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 1, 0, 0, 0, 0, 0])],
    ['a zstd with a reserved block', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 7, 0, 0])],
    ['a gzip in a gzip', gzipSync(gzipSync(createTar([['x', 'y']])))],
    ['a tar cut in its header', gzipSync(createTar([['x', 'y']]).subarray(0, 100))],
  ])('of %s is refused', async (_, blob) => {
    await expect(listLayer(inChunks(blob))).rejects.toThrow(Failure)
  })

  it('with names of JavaScript objects is a layer like any other', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      '__proto__/pyvenv.cfg',
      'constructor/x.dist-info/RECORD',
    ]
    const listing = await listLayer(inChunks(createTar(names.map((name) => [name, 'text']))))
    expect(decodeListing(encodeListing(listing))).toEqual(listing)
    const { files, texts } = mergeLayers([listing])
    expect([...files.keys()]).toEqual(names)
    expect([...texts.keys()]).toEqual(names.slice(3))
  })

  it('cannot whiteout the root, its own folder or the one above', () => {
    const layer: TinyLayer = { 'a/.wh.': 0, 'a/.wh..': 0, 'a/.wh...': 0, '.wh.': 0, '.wh..wh.plnk': 0 }
    expect([...mergeLayers([createListing({ 'a/x': 1, b: 2 }), createListing(layer)]).files.keys()]).toEqual([
      'a/x',
      'b',
    ])
  })

  it('cannot claim what is not its own', () => {
    const record = [
      '../../../../../../../../etc/passwd',
      '/etc/passwd',
      '../../../../../usr/bin/sh',
      '..',
      '.',
      '/',
      '',
    ]
    const [x, ...more] = findDistributions(
      mergeLayers([
        createListing({
          'etc/passwd': 100,
          'usr/bin/sh': 100,
          [`${site}/x-1.dist-info/RECORD`]: record.map((path) => `${path},,\n`).join(''),
        }),
      ]),
    )
    expect(more).toEqual([])
    expect(x?.files).toEqual([`${site}/x-1.dist-info/RECORD`])
  })

  it('of links that lead to each other is looked through in bounded time', () => {
    const links = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`l${i}`, { linkname: `l${i + 1}/l${i + 1}/l${i + 1}` }]),
    )
    const list = Array.from({ length: 20_000 }, (_, i) => `/l0/d${i}/x`).join('\n')
    const filesystem = mergeLayers([
      createListing({
        ...links,
        'var/lib/dpkg/status': 'Package: x\nStatus: install ok installed\nVersion: 1\n',
        'var/lib/dpkg/info/x.list': list,
      }),
    ])
    expect(findSystemPackages(filesystem)[0]?.files).toEqual([])
  })

  it('of very many distributions that claim everything is settled in bounded time', () => {
    const layer: Record<string, string | number> = {}
    for (let i = 0; i < 3000; i += 1) {
      layer[`${site}/shared/f${i}.py`] = 1
      layer[`${site}/d${i}-1.egg-info/PKG-INFO`] = `Name: d${i}\nVersion: 1\nRequires-Dist: d${i + 1}\n`
      layer[`${site}/d${i}-1.egg-info/top_level.txt`] = 'shared\n'.repeat(1000)
    }
    const found = findDistributions(mergeLayers([createListing(layer)]))
    expect(found).toHaveLength(3000)
    expect(found.reduce((sum, { files }) => sum + files.length, 0)).toBe(9000)
    const chains = [...findRequirers(found, undefined).values()].flatMap(({ requiredBy }) => requiredBy)
    expect(chains).toHaveLength(2999)
    expect(Math.max(...chains.map((chain) => chain.length))).toBe(20)
  })

  it('of folders as deep as a path allows is merged', () => {
    const deep = 'd/'.repeat(2000)
    const { files } = mergeLayers([
      createListing({ [`${deep}x`]: 1 }),
      createListing({ [`${deep}y`]: 2, '.wh.d': 0 }),
    ])
    expect(files.size).toBe(1)
  })
})

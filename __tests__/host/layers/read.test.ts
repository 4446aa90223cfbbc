import { createHash } from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../../src/failure.ts'
import { listLayer } from '../../../src/host/layers/read.ts'
import { createTar, inChunks } from '../../fixtures/tar.ts'

const tar = createTar([
  ['etc/', {}],
  ['etc/os-release', 'ID=debian\n'],
  ['etc/link', { type: 'symlink', linkname: 'os-release' }],
  ['big', Buffer.alloc(1_000_000, 'big')],
])
const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
const thirds = [tar.subarray(0, 1000), tar.subarray(1000, 5000), tar.subarray(5000)]
const gzip = (bytes: Uint8Array): Buffer => zlib.gzipSync(bytes)
const zstd = (bytes: Uint8Array): Buffer => zlib.zstdCompressSync(bytes)
const zstdChecked = (bytes: Uint8Array): Buffer =>
  zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5])

describe('listLayer', () => {
  it.each<[string, 'gzip' | 'zstd' | 'none', Buffer]>([
    ['a plain tar', 'none', tar],
    ['gzip', 'gzip', gzip(tar)],
    ['several gzip members', 'gzip', Buffer.concat(thirds.map(gzip))],
    ['an empty gzip member', 'gzip', Buffer.concat([gzip(tar), gzip(new Uint8Array(0))])],
    ['gzip with zeros after it', 'gzip', Buffer.concat([gzip(tar), Buffer.alloc(500_000)])],
    ['zstd', 'zstd', zstd(tar)],
    ['several zstd frames', 'zstd', Buffer.concat(thirds.map(zstd))],
    ['zstd frames with checksums', 'zstd', Buffer.concat(thirds.map(zstdChecked))],
    [
      'zstd with skippable frames',
      'zstd',
      Buffer.concat([zstd(tar), skippable, zstd(Buffer.alloc(0)), skippable]),
    ],
  ])('lists %s in chunks of any size', async (_, compression, blob) => {
    for (const chunk of blob.length > 100_000 ? [65_536, blob.length] : [1, 3, 65_536]) {
      const listing = await listLayer(inChunks(blob, chunk))
      expect(listing).toEqual({
        diffId: blob.length === tar.length || compression !== 'none' ? expect.any(String) : diffId,
        download: blob.length,
        compression,
        entries: [
          { path: 'etc', type: 'directory', size: 0, mode: 0o755 },
          { path: 'etc/os-release', type: 'file', size: 10, mode: 0o644 },
          { path: 'etc/link', type: 'symlink', size: 0, mode: 0o644, linkname: 'os-release' },
          { path: 'big', type: 'file', size: 1_000_000, mode: 0o644 },
        ],
        texts: { 'etc/os-release': 'ID=debian\n' },
        versions: {},
      })
      expect(listing.diffId).toBe(diffId)
    }
  })

  it('reads zstd blocks that repeat one byte, with more frames after them', async () => {
    const zeros = createTar([['zeros', Buffer.alloc(1_000_000)]])
    const blob = Buffer.concat([zstdChecked(zeros.subarray(0, 900_000)), zstd(zeros.subarray(900_000))])
    expect(blob.length).toBeLessThan(1000)
    for (const chunk of [1, 65_536]) {
      expect((await listLayer(inChunks(blob, chunk))).entries).toHaveLength(1)
    }
  })

  it('reads an empty blob as an empty layer', async () => {
    expect((await listLayer(inChunks(new Uint8Array(0)))).entries).toEqual([])
    expect((await listLayer(inChunks(gzip(new Uint8Array(1024))))).entries).toEqual([])
  })

  it('keeps the texts that say what is in an image, and of metadata the fields alone', async () => {
    const layer = createTar([
      ['opt/venv/pyvenv.cfg', 'home = /usr/bin\n'],
      ['opt/venv/lib/python3.13/site-packages/x-1.dist-info/RECORD', 'x.py,,\n'],
      [
        'opt/venv/lib/python3.13/site-packages/x-1.dist-info/METADATA',
        'Name: x\r\nVersion: 1\r\n\r\nLong text',
      ],
      ['opt/venv/lib/python3.13/site-packages/x-1.dist-info/LICENSE', 'MIT'],
      ['usr/lib/python3/dist-packages/six-1.egg-info', 'Name: six\n\ntext'],
      ['var/lib/dpkg/status', 'Package: bash\n\nPackage: dash\n'],
      ['var/lib/dpkg/info/libc6:amd64.list', '/.\n'],
      ['var/lib/dpkg/info/libc6:amd64.postinst', '#!/bin/sh\n'],
      ['srv/etc/passwd', 'no'],
    ])
    const { texts } = await listLayer(inChunks(layer))
    expect(texts).toEqual({
      'opt/venv/pyvenv.cfg': 'home = /usr/bin\n',
      'opt/venv/lib/python3.13/site-packages/x-1.dist-info/RECORD': 'x.py,,\n',
      'opt/venv/lib/python3.13/site-packages/x-1.dist-info/METADATA': 'Name: x\r\nVersion: 1\n',
      'usr/lib/python3/dist-packages/six-1.egg-info': 'Name: six\n',
      'var/lib/dpkg/status': 'Package: bash\n\nPackage: dash\n',
      'var/lib/dpkg/info/libc6:amd64.list': '/.\n',
    })
  })

  it('leaves out texts over a limit, and says which', async () => {
    const layer = createTar([
      ['etc/passwd', 'x'.repeat(11)],
      ['etc/group', 'x'.repeat(10)],
      ['etc/os-release', 'x'.repeat(10)],
    ])
    const listing = await listLayer(inChunks(layer), { limits: { text: 10, texts: 15 } })
    expect(Object.keys(listing.texts)).toEqual(['etc/group'])
    expect(listing.leftOut).toEqual(['etc/passwd', 'etc/os-release'])
  })

  it('takes the last text of a path that a layer names twice', async () => {
    const layer = createTar([
      ['etc/passwd', 'one'],
      ['etc/passwd', 'two'],
    ])
    expect((await listLayer(inChunks(layer))).texts).toEqual({ 'etc/passwd': 'two' })
  })

  const binary = (text: string): string =>
    `\x7fELF${'\0'.repeat(9000)}noise 3.13.x 1.2 ${text}${'.'.repeat(5000)}`
  it.each([
    ['usr/local/lib/libpython3.13.so.1.0', '\0' + '3.13.5\0', '3.13.5'],
    ['usr/bin/python3.14', '\0' + '3.14.0rc1\0', '3.14.0rc1'],
    ['usr/bin/python3.13t', '\0' + '3.13.5+\0', '3.13.5'],
    ['usr/bin/python3.13', '\0' + '3.0.15\0' + '3.46.1\0' + '3.13.11\0', '3.13.11'],
    ['usr/bin/python3', '\0' + '3.0.15\0' + '3.46.1\0' + '3.11.2\0', '3.11.2'],
    ['usr/bin/python3.13', '\0' + '3.13\0', undefined],
    ['opt/python/lib/libpython3.13.so.1.0', '\0/opt/python/3.13.0\0', '3.13.0'],
    ['opt/python/lib/libpython3.13.so.1.0', '\0/opt/python/3.13.0\0' + 'x\0' + '3.13.1\0', '3.13.1'],
    ['usr/lib/x86_64-linux-gnu/libpython3.7m.so.1.0', '\0' + '3.7.16\0', '3.7.16'],
    ['usr/bin/python3', '\0/opt/python/3.13.0\0', undefined],
    ['usr/bin/python3.13', '\0' + '13.13.5\0', undefined],
    ['usr/lib/x86_64-linux-gnu/libc.so.6', 'GLIBC 2.36-9+deb12u10) stable release version 2.36.\n', '2.36'],
    ['lib64/libc-2.28.so', 'stable release version 2.28.\n', '2.28'],
    ['lib/ld-musl-x86_64.so.1', '\0' + '1.2.5\0', '1.2.5'],
    ['usr/bin/other', '\0' + '3.13.5\0', undefined],
  ])('finds the version in %s', async (path, text, version) => {
    const layer = createTar([[path, Buffer.from(binary(text), 'latin1')]])
    for (const chunk of [1, 13, 4096, 1_000_000]) {
      const { versions } = await listLayer(inChunks(layer, chunk))
      expect(versions).toEqual(version === undefined ? {} : { [path]: version })
    }
  })

  it('finds a version at the very end of a file', async () => {
    const layer = createTar([['usr/bin/python3.13', '\0' + '3.13.5\0']])
    expect((await listLayer(inChunks(layer))).versions).toEqual({ 'usr/bin/python3.13': '3.13.5' })
  })

  it('passes an error of the blob on as it is', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield gzip(tar).subarray(0, 600)
      await Promise.resolve()
      throw new Error('connection lost')
    }
    await expect(listLayer(broken())).rejects.toThrow(/^connection lost$/)
  })

  it.each([
    ['a plain tar', tar],
    ['gzip', gzip(tar)],
    ['zstd frames', Buffer.concat(thirds.map(zstd))],
  ])('needs nothing of a chunk of %s when it asks for the next', async (_, blob) => {
    async function* lent(size: number): AsyncGenerator<Uint8Array> {
      for await (const chunk of inChunks(blob, size)) {
        const bytes = Uint8Array.from(chunk)
        yield bytes
        bytes.fill(0xff)
      }
    }
    for (const size of blob.length > 100_000 ? [65_536] : [1, 3, 5, 1000])
      expect((await listLayer(lent(size))).diffId).toBe(diffId)
  })

  it.each([
    ['has no more to say', gzip(tar), {}],
    ['is damaged', wrongByte(gzip(tar)), {}],
    ['is over a limit', gzip(tar), { bytes: 1000 }],
  ])('lets go of a blob that %s', async (_, blob, limits) => {
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    async function* open(): AsyncGenerator<Uint8Array> {
      try {
        yield* inChunks(blob, 300)
      } finally {
        closed()
      }
    }
    await listLayer(open(), { limits }).catch(() => undefined)
    await isClosed
  })

  it('reads the blob to its end, whatever follows the tar', async () => {
    let ended = false
    async function* blob(): AsyncGenerator<Uint8Array> {
      yield gzip(tar)
      for (let i = 0; i < 100; i += 1) {
        await Promise.resolve()
        yield Buffer.alloc(65_536)
      }
      ended = true
    }
    await listLayer(blob())
    expect(ended).toBe(true)
  })

  it.each<[string, Buffer, string]>([
    ['truncated gzip', gzip(tar).subarray(0, 900), 'compressed data is damaged: unexpected end'],
    [
      'gzip with garbage after it',
      Buffer.concat([gzip(tar), Buffer.from('garbage')]),
      'compressed data is damaged',
    ],
    ['gzip with a wrong byte', wrongByte(gzip(tar)), 'damaged'],
    ['truncated zstd', zstd(tar).subarray(0, 100), 'compressed data is damaged'],
    ['zstd with garbage after it', Buffer.concat([zstd(tar), Buffer.from('garbage')]), 'no frame'],
    ['zstd with a wrong byte', wrongByte(zstdChecked(tar)), 'damaged'],
    ['text', Buffer.from('<html>'.repeat(200)), 'the tar is damaged at byte 0'],
    ['a truncated tar', tar.subarray(0, 700), 'the tar is damaged at byte 700'],
  ])('refuses %s and names the layer', async (_, blob, message) => {
    const reading = listLayer(inChunks(blob, 300), { name: 'layer 3 of app' })
    await expect(reading).rejects.toThrow(Failure)
    await expect(reading).rejects.toThrow('layer 3 of app cannot be read: ')
    await expect(reading).rejects.toThrow(message)
  })

  it('stops where a layer unpacks to more than it may', async () => {
    const bomb = gzip(createTar([['zeros', Buffer.alloc(4_000_000)]]))
    await expect(listLayer(inChunks(bomb), { limits: { bytes: 1_000_000 } })).rejects.toThrow(
      'more than 1000000 bytes',
    )
    const limits = { bytesBeforeRatio: 1_000_000, ratio: 100 }
    await expect(listLayer(inChunks(bomb), { limits })).rejects.toThrow('more than 100 times its size')
    await expect(listLayer(inChunks(tar), { limits: { entries: 3 } })).rejects.toThrow('more than 3 entries')
  })
})

function wrongByte(blob: Buffer): Buffer {
  const broken = Buffer.from(blob)
  broken[broken.length - 3] = (broken[broken.length - 3] ?? 0) ^ 0x55
  return broken
}

import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import type { TarEntry } from '../../src/tar/entry.ts'
import { encodeHeader, endOfArchive, padding } from '../../src/tar/writer.ts'
import { createEntry } from '../fixtures/tar.ts'

const script = `
import io, json, sys, tarfile
types = {tarfile.REGTYPE: 'file', tarfile.DIRTYPE: 'directory', tarfile.SYMTYPE: 'symlink',
         tarfile.LNKTYPE: 'hardlink', tarfile.FIFOTYPE: 'fifo'}
def text(name):
    data = name.encode('utf-8', 'surrogateescape')
    return data.hex()
out = []
with tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()), errors='surrogateescape') as tar:
    for m in tar:
        xattrs = {k[13:]: v for k, v in m.pax_headers.items() if k.startswith('SCHILY.xattr.')}
        out.append([text(m.name), types[m.type], m.size, m.mode, m.uid, m.gid, m.mtime, text(m.linkname), xattrs,
                    sorted(k for k in m.pax_headers if not k.startswith('SCHILY.'))])
print(json.dumps(out))
`

/** What Python's tarfile reads: [path, type, size, mode, uid, gid, mtime, linkname, xattrs, pax keys]. */
function pythonReads(entries: readonly TarEntry[]): unknown[][] {
  const blocks = entries.map((entry) =>
    Buffer.concat([encodeHeader(entry), new Uint8Array(entry.size), padding(entry.size)]),
  )
  const tar = Buffer.concat([...blocks, endOfArchive])
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script], { input: tar, maxBuffer: 1e8 })
  if (status !== 0) throw new Error(stderr.toString())
  return JSON.parse(stdout.toString()) as unknown[][]
}

function hex(name: string, raw: boolean | undefined): string {
  return Buffer.from(name, raw ? 'latin1' : 'utf8').toString('hex')
}

function expected(entry: TarEntry): unknown[] {
  const { path, type, size, mode, uid, gid, mtime, linkname = '', xattrs = {}, rawName } = entry
  return [hex(path || '.', rawName), type, size, mode, uid, gid, mtime, hex(linkname, rawName), xattrs]
}

describe('encodeHeader', () => {
  it('is read back by Python as it was', () => {
    const entries = [
      createEntry({ path: '', type: 'directory' }),
      createEntry({ path: 'usr/bin', type: 'directory', mode: 0o1777, mtime: 1_700_000_000 }),
      createEntry({ path: 'usr/bin/x', size: 513, mode: 0o4755, uid: 1000, gid: 65_534 }),
      createEntry({ path: 'usr/bin/y', type: 'symlink', linkname: '../x', mode: 0o777 }),
      createEntry({ path: 'usr/bin/z', type: 'hardlink', linkname: 'usr/bin/x' }),
      createEntry({ path: 'run/pipe', type: 'fifo' }),
      createEntry({ path: `${'d'.repeat(150)}/${'n'.repeat(100)}` }),
      createEntry({ path: `${'d'.repeat(150)}/${'n'.repeat(99)}`, type: 'directory' }),
      createEntry({ path: `${'d'.repeat(156)}/n` }),
      createEntry({ path: 'n'.repeat(300) }),
      createEntry({ path: 'l', type: 'symlink', linkname: `/${'t'.repeat(100)}` }),
      createEntry({ path: 'grüße/日本', type: 'symlink', linkname: 'ü' }),
      createEntry({ path: 'line\nbreak', size: 1 }),
      createEntry({ path: 'owner', uid: 0x7fffffff, gid: 3_000_000 }),
      createEntry({ path: 'cap', xattrs: { 'user.b': 'two', 'security.capability': 'one' } }),
      createEntry({ path: 'caf\xe9', rawName: true }),
      createEntry({ path: `caf\xe9${'x'.repeat(120)}`, rawName: true }),
    ]
    expect(pythonReads(entries).map((row) => row.slice(0, 9))).toEqual(entries.map(expected))
  })

  it('uses a pax header only where ustar cannot say it', () => {
    const entries = [
      createEntry({ path: `${'d'.repeat(155)}/${'n'.repeat(100)}` }),
      createEntry({ path: 'caf\xe9', rawName: true }),
      createEntry({ path: `${'d'.repeat(156)}/${'n'.repeat(100)}` }),
      createEntry({ path: 'a/'.repeat(200) + 'a', uid: 3_000_000 }),
    ]
    expect(pythonReads(entries).map((row) => row[9])).toEqual([[], [], ['path'], ['path', 'uid']])
    expect(entries.slice(0, 2).map((entry) => encodeHeader(entry).length)).toEqual([512, 512])
  })

  it('writes a size of 8 GiB and more as a pax record', () => {
    expect(encodeHeader(createEntry({ size: 2 ** 33 - 1 })).length).toBe(512)
    const header = Buffer.from(encodeHeader(createEntry({ size: 2 ** 33 })))
    expect(header.length).toBe(1536)
    expect(header.toString('latin1', 512, 531)).toBe('19 size=8589934592\n')
  })

  it('counts the length of a pax record where a digit is gained', () => {
    for (const length of [85, 86, 87, 90, 91, 92, 987, 988, 989, 990, 991, 992]) {
      const header = Buffer.from(encodeHeader(createEntry({ path: 'n'.repeat(length), uid: 3_000_000 })))
      const body = header.toString('latin1', 512, header.indexOf('\n', 512) + 1)
      expect(Number.parseInt(body)).toBe(body.length)
    }
  })

  it('writes the same bytes for the same entry, whatever the order of its attributes', () => {
    const one = encodeHeader(createEntry({ xattrs: { a: '1', b: '2' } }))
    const two = encodeHeader(createEntry({ xattrs: { b: '2', a: '1' } }))
    expect(Buffer.compare(one, two)).toBe(0)
  })

  it.each<[string, Partial<TarEntry>]>([
    ['NUL', { path: 'a\0b' }],
    ['NUL', { type: 'symlink', linkname: 'a\0b' }],
    ['Unicode', { path: 'a\ud800' }],
    ['no byte', { path: 'ā', rawName: true }],
    ['`..`', { path: 'a/../b' }],
    ['`..`', { path: '/a' }],
    ['no name', { path: '' }],
    ['device', { type: 'character' }],
    ['size', { size: -1 }],
    ['size', { size: 1.5 }],
    ['no content', { type: 'directory', size: 1 }],
    ['time', { mtime: -1 }],
    ['time', { mtime: 0.5 }],
    ['mode', { mode: 0o100644 }],
    ['owner', { uid: -1 }],
    ['target', { type: 'symlink' }],
    ['target', { linkname: 'x' }],
    ['attribute', { xattrs: { 'a=b': '' } }],
    ['attribute', { xattrs: { a: 'ā' } }],
  ])('refuses what a tar cannot hold: %s in %j', (message, overrides) => {
    const encode = (): unknown => encodeHeader(createEntry(overrides))
    expect(encode).toThrow(Failure)
    expect(encode).toThrow(message)
  })

  it('agrees with Python for any name', () => {
    const part = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 120 })
      .map((name) => name.replace(/[/\0]|[\ud800-\udfff]/g, '_'))
      .filter((name) => name !== '.' && name !== '..')
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    const entry = fc.record({
      path,
      linkname: path,
      type: fc.constantFrom<TarEntry['type'][]>('symlink', 'hardlink'),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      mtime: fc.integer({ min: 0, max: 2 ** 33 - 1 }),
    })
    fc.assert(
      fc.property(fc.array(entry, { minLength: 20, maxLength: 40 }), (given) => {
        const entries = given.map(createEntry)
        expect(pythonReads(entries).map((row) => row.slice(0, 9))).toEqual(entries.map(expected))
      }),
      { numRuns: 5 },
    )
  })
})

describe('padding', () => {
  it('fills up to the next block', () => {
    expect([0, 1, 511, 512, 513].map((size) => padding(size).length)).toEqual([0, 511, 1, 0, 511])
  })
})

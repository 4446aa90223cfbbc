import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { TarEntry } from '../../src/tar/entry.ts'
import { readTar } from '../../src/tar/reader.ts'
import { createEntry, createTar, inChunks } from '../fixtures/tar.ts'

/** All entries, and the content of those that `wanted` names. */
async function read(
  tar: Uint8Array,
  {
    chunk = 65_536,
    wanted = (): boolean => true,
  }: { chunk?: number; wanted?: (entry: TarEntry) => boolean } = {},
): Promise<{ entries: TarEntry[]; contents: Record<string, string> }> {
  const entries: TarEntry[] = []
  const contents: Record<string, string> = {}
  await readTar(
    inChunks(tar, chunk),
    (entry) => {
      entries.push(entry)
      if (!wanted(entry) || entry.type !== 'file') return undefined
      const parts: Buffer[] = []
      return {
        write: (bytes) => parts.push(Buffer.from(bytes)),
        end: () => (contents[entry.path] = Buffer.concat(parts).toString()),
      }
    },
    { entries: 1000 },
  )
  return { entries, contents }
}

function run(command: string, args: readonly string[], cwd: string): Buffer {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd, maxBuffer: 1e8 })
  if (status !== 0) throw new Error(stderr.toString())
  return stdout
}

/** A tar that Python makes: `body` is code with `tar` open and `add(name, content=b'', **fields)` at hand. */
function pythonTar(
  format: 'USTAR' | 'GNU' | 'PAX',
  body: string,
  global: Record<string, string> = {},
): Buffer {
  const script = `
import io, sys, tarfile
out = io.BytesIO()
tar = tarfile.open(fileobj=out, mode='w', format=tarfile.${format}_FORMAT, encoding='utf-8', errors='surrogateescape',
                   pax_headers=${JSON.stringify(global)})
def add(name, content=b'', **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items(): setattr(info, key, value)
    tar.addfile(info, io.BytesIO(content))
${body}
tar.close()
sys.stdout.buffer.write(out.getvalue())
`
  return run('python3', ['-c', script], '/')
}

describe('readTar', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tar-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const tiny = createTar([
    ['./', { type: 'directory' }],
    ['usr/bin/', { mode: 0o755, mtime: 7 }],
    ['usr/bin/x', { content: 'x'.repeat(1000), mode: 0o4755, uid: 5, gid: 6 }],
    ['usr/bin/y', { type: 'symlink', linkname: '../x/' }],
    ['usr/bin/z', { type: 'hardlink', linkname: 'usr/bin/x' }],
    ['grüße', 'hello'],
    [`${'d/'.repeat(200)}n`, { content: 'deep', xattrs: { 'user.a': '\xff\0\n' } }],
    ['run/pipe', { type: 'fifo' }],
  ])

  it.each([1, 7, 511, 512, 513, 100_000])('reads chunks of %d bytes', async (chunk) => {
    const { entries, contents } = await read(tiny, { chunk })
    expect(entries).toEqual([
      createEntry({ path: '', type: 'directory' }),
      createEntry({ path: 'usr/bin', type: 'directory', mtime: 7 }),
      createEntry({ path: 'usr/bin/x', size: 1000, mode: 0o4755, uid: 5, gid: 6 }),
      createEntry({ path: 'usr/bin/y', type: 'symlink', linkname: '../x/' }),
      createEntry({ path: 'usr/bin/z', type: 'hardlink', linkname: 'usr/bin/x' }),
      createEntry({ path: 'grüße', size: 5 }),
      createEntry({ path: `${'d/'.repeat(200)}n`, size: 4, xattrs: { 'user.a': '\xff\0\n' } }),
      createEntry({ path: 'run/pipe', type: 'fifo' }),
    ])
    expect(contents).toEqual({
      'usr/bin/x': 'x'.repeat(1000),
      grüße: 'hello',
      [`${'d/'.repeat(200)}n`]: 'deep',
    })
  })

  it('hands out the content of wanted entries alone', async () => {
    const { contents } = await read(tiny, { wanted: ({ path }) => path === 'grüße' })
    expect(contents).toEqual({ grüße: 'hello' })
  })

  it.each(['USTAR', 'GNU', 'PAX'] as const)('reads what Python writes as %s', async (format) => {
    const long = format === 'USTAR' ? 'd' : 'd'.repeat(120)
    const tar = pythonTar(
      format,
      `
add('${long}/n', b'one', mtime=1700000000, uid=1000, gid=1001, mode=0o640)
add('/abs//./two', b'two')
add('./link', type=tarfile.SYMTYPE, linkname='${long}/../n')
add('./hard', type=tarfile.LNKTYPE, linkname='./${long}/n')
add('caf\\udce9', b'raw')
add('null', type=tarfile.CHRTYPE, devmajor=1, devminor=3)
add('disk', type=tarfile.BLKTYPE)
add('dir', type=tarfile.DIRTYPE, mode=0o1777)
add('p' * 120 + '/name', type=tarfile.FIFOTYPE)
`,
    )
    const { entries, contents } = await read(tar)
    const mode = 0o644
    expect(entries).toEqual([
      createEntry({ path: `${long}/n`, size: 3, mtime: 1_700_000_000, uid: 1000, gid: 1001, mode: 0o640 }),
      createEntry({ path: 'abs/two', size: 3 }),
      createEntry({ path: 'link', type: 'symlink', linkname: `${long}/../n` }),
      createEntry({ path: 'hard', type: 'hardlink', linkname: `${long}/n` }),
      createEntry({ path: 'caf\xe9', size: 3, rawName: true }),
      createEntry({ path: 'null', type: 'character', mode }),
      createEntry({ path: 'disk', type: 'block', mode }),
      createEntry({ path: 'dir', type: 'directory', mode: 0o1777 }),
      createEntry({ path: `${'p'.repeat(120)}/name`, type: 'fifo' }),
    ])
    expect(contents).toEqual({ [`${long}/n`]: 'one', 'abs/two': 'two', 'caf\xe9': 'raw' })
  })

  it('reads numbers in base 256, and times before 1970', async () => {
    const tar = pythonTar('GNU', `add('f', uid=3_000_000, gid=2**31, mtime=-5)`)
    expect((await read(tar)).entries).toEqual([
      createEntry({ path: 'f', uid: 3_000_000, gid: 2 ** 31, mtime: -5 }),
    ])
  })

  it('lets a pax record override the header, for one entry, and a global one for all', async () => {
    const tar = pythonTar(
      'PAX',
      `
add('a', b'x', mtime=1.75, uid=2**31)
add('b', b'y')
`,
    )
    expect((await read(tar)).entries).toEqual([
      createEntry({ path: 'a', size: 1, mtime: 1, uid: 2 ** 31 }),
      createEntry({ path: 'b', size: 1 }),
    ])
    const withGlobal = pythonTar(
      'PAX',
      `add('a')
add('b')`,
      { uid: '42', comment: 'for all' },
    )
    expect((await read(withGlobal)).entries.map(({ uid }) => uid)).toEqual([42, 42])
  })

  it.each([
    ['gnu', []],
    ['posix', ['--sparse-version=0.0']],
    ['posix', ['--sparse-version=0.1']],
    ['posix', ['--sparse-version=1.0']],
  ])('gives a sparse file its real size and finds what follows it: %s %s', async (format, flags) => {
    const make = `
import os
with open('holes', 'wb') as f:
    for i in range(40):
        f.seek(i * 1_000_000); f.write(b'data')
    f.truncate(50_000_001)
open('after', 'w').write('after')
`
    run('python3', ['-c', make], folder)
    const tar = run('tar', ['-cS', `--format=${format}`, ...flags, 'holes', 'after'], folder)
    expect(tar.length).toBeLessThan(2_000_000)
    const { entries, contents } = await read(tar)
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['holes', 50_000_001],
      ['after', 5],
    ])
    expect(contents).toEqual({ after: 'after' })
  })

  it('reads the format of before 1988', async () => {
    run('mkdir', ['-p', 'old/dir'], folder)
    const tar = run('tar', ['-c', '--format=v7', 'old'], folder)
    // Then there was no type for a directory but the slash at its name's end.
    const sum = Number.parseInt(tar.toString('latin1', 148, 154), 8)
    const typeflag = tar[156] ?? 0
    tar[156] = 0
    tar.write(`${(sum - typeflag).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    expect((await read(tar)).entries.map(({ path, type }) => [path, type])).toEqual([
      ['old', 'directory'],
      ['old/dir', 'directory'],
    ])
  })

  it('accepts a checksum over signed characters, as some old writers made it', async () => {
    const tar = createTar([['caf\xe9', { content: 'x', rawName: true }]])
    const sum = Number.parseInt(tar.toString('latin1', 148, 154), 8)
    tar.write((sum - 0x100).toString(8).padStart(6, '0'), 148, 'latin1')
    expect((await read(tar)).entries.map(({ path }) => path)).toEqual(['caf\xe9'])
  })

  it('takes a volume label for no file', async () => {
    const tar = run('tar', ['-c', '--format=gnu', '--label=backup', 'old'], folder)
    expect((await read(tar)).entries.map(({ path }) => path)).toEqual(['old', 'old/dir'])
  })

  it('accepts a missing end, and ignores what follows an end', async () => {
    const tar = createTar([['a', 'x']])
    expect((await read(tar.subarray(0, 1024))).entries).toHaveLength(1)
    // Some writers leave the last entry without padding.
    expect((await read(tar.subarray(0, 513))).entries).toHaveLength(1)
    expect((await read(Buffer.concat([tar, Buffer.from('garbage'.repeat(1000))]))).entries).toHaveLength(1)
    expect((await read(new Uint8Array(0))).entries).toHaveLength(0)
  })

  it('reads what the writer wrote, whatever it is', async () => {
    const part = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 90 })
      .map((name) => name.replace(/[/\0]|[\ud800-\udfff]/g, '_'))
      .filter((name) => name !== '.' && name !== '..')
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ path, content: fc.string({ maxLength: 1200 }) }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 2000 }),
        async (files, chunk) => {
          const { entries } = await read(
            createTar(files.map(({ path, content }) => [path, { content, type: 'file' }])),
            {
              chunk,
            },
          )
          expect(entries).toEqual(
            files.map(({ path, content }) => createEntry({ path, size: Buffer.byteLength(content) })),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})

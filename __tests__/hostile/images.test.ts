import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Measurement } from '../../src/image/measurement.ts'
import { endOfArchive } from '../../src/tar/writer.ts'
import { bundled } from '../fixtures/bundle.ts'
import {
  fileLayer,
  header,
  type HostileLayer,
  layerOf,
  layoutOf,
  type Claims,
  tarLayer,
} from '../fixtures/hostile-image.ts'
import { readMeasurement } from '../fixtures/invariants.ts'
import { filesBelow, type LimitedRun, runLimited } from '../fixtures/limited.ts'
import { createTar, type TinyTar } from '../fixtures/tar.ts'
import { digest } from '../fixtures/tiny-image.ts'
import { archiveOf, type LayoutFiles } from '../fixtures/tiny-sources.ts'

jest.setTimeout(600_000)

const site = 'opt/venv/lib/python3.13/site-packages'
const small: TinyTar = [['etc/a', 'abc']]

/** Of the program, in bytes and in milliseconds of processors. */
const limits = { peak: 256e6, cpu: 10_000 }

describe('a hostile image', () => {
  let program = ''
  let root = ''
  let cwd = ''

  beforeAll(async () => {
    program = join(await bundled(), 'cli', 'index.js')
  })
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'hostile-'))
    cwd = join(root, 'a', 'b', 'c')
    for (const folder of [cwd, join(root, 'tmp'), join(root, 'cache')])
      await mkdir(folder, { recursive: true })
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const analyze = async (archive: Buffer): Promise<LimitedRun> => {
    await writeFile(join(cwd, 'image.tar'), archive)
    const before = await filesBelow(root)
    const run = await runLimited(program, ['analyze', 'oci-archive:image.tar', '--json', 'image.json'], {
      root,
      cwd,
    })
    const after = await filesBelow(root)
    expect(after.filter((path) => !before.includes(path) && !/used.json$|image.json$/.test(path))).toEqual([])
    expect(run.peak).toBeLessThan(limits.peak)
    expect(run.cpu).toBeLessThan(limits.cpu)
    expect(run.stderr).not.toMatch(/\n\s+at |fault of pydeps-image/)
    expect(actsOnTerminal(run.stdout + run.stderr)).toEqual([])
    return run
  }
  const image = (layers: readonly HostileLayer[], claims: Claims = {}): Buffer =>
    archiveOf(layoutOf(layers, claims))

  const distribution = (metadata: string, record: string): TinyTar => [
    [`${site}/evil/code.py`, 'x'.repeat(1000)],
    [`${site}/evil-1.dist-info/METADATA`, metadata],
    [`${site}/evil-1.dist-info/RECORD`, record],
    ['etc/passwd', 'root:x:0:0::/:/bin/sh\n'],
  ]
  const named = 'Name: evil\nVersion: 1\n'

  it.each<[string, () => Buffer, RegExp]>([
    ['a bomb', () => image([fileLayer('zeros', 2304, '\0')]), /unpacks to more than 200 times/],
    [
      'a bomb in many layers',
      () => image(Array.from({ length: 4 }, (_, i) => fileLayer(`f${i}`, 768, '\0'))),
      /unpacks? to more than 200 times/,
    ],
    ['a zstd bomb', () => image([zstdBomb(2304)]), /unpacks to more than 200 times/],
    ['a million entries', () => image([sameEntries(1_000_000)]), /more than 500000 entries/],
    [
      'a million entries in three layers',
      () => image(['a', 'b', 'c'].map((folder) => sameEntries(400_000, folder))),
      /entries/,
    ],
    [
      'ten thousand layers',
      () => image(Array.from({ length: 10_000 }, () => tarLayer(small))),
      /10000 layers/,
    ],
    [
      'a size of 8 EiB',
      () => image([tarLayer(withField(124, '\x80\0\0\0\x7f' + '\xff'.repeat(7)))]),
      /absurdly large/,
    ],
    ['a negative size', () => image([tarLayer(withField(124, '\xff'.repeat(12)))]), /the size -1/],
    ['a size of letters', () => image([tarLayer(withField(124, '0000000zzzz\0'))]), /no octal number/],
    ['a size that is not octal', () => image([tarLayer(withField(124, '00000000998\0'))]), /no octal number/],
    ['a size beyond its end', () => image([tarLayer(withField(124, '77777777777\0'))]), /middle of an entry/],
    ['a sparse file of 8 PiB', () => image([tarLayer(sparse(2 ** 53 - 1))]), /8 TiB|bytes/],
    [
      'a path out of the root',
      () => image([tarLayer(withField(0, '../../../../escaped\0'))]),
      /leaves the root/,
    ],
    [
      'a hard link out of the root',
      () => image([tarLayer([['a', { type: 'hardlink', linkname: '../../../etc/shadow' }]])]),
      /leaves the root/,
    ],
    ['a pax header of 2 MiB', () => image([tarLayer(paxOf(Buffer.alloc(2 ** 21, 'x')))]), /over the limit/],
    ['a pax record that lies', () => image([tarLayer(paxOf(Buffer.from('99999999 path=x\n')))]), /malformed/],
    [
      'text for a layer',
      () => image([layerOf([[Buffer.from('no tar at all '.repeat(100)), 1]])]),
      /damaged at byte 0/,
    ],
    ['a gzip cut short', () => image([cut(fileLayer('f', 1, 'x'), 900)]), /damaged/],
    ['a gzip with a wrong checksum', () => image([flipped(tarLayer(small), -6)]), /damaged/],
    ['garbage after its gzip', () => image([garbageAfter(tarLayer(small))]), /damaged/],
    ['a zstd with a window of 2 GiB', () => image([{ ...tarLayer(small), blob: hugeWindow }]), /damaged/],
    ['a zstd that skips 4 GiB', () => image([{ ...tarLayer(small), blob: hugeSkip }]), /damaged|ends/],
    [
      'another diffID',
      () => image([{ ...tarLayer(small), diffId: `sha256:${'1'.repeat(64)}` }]),
      /is damaged/,
    ],
    ['other bytes in a layer', () => lying(tarLayer(small)), /digest/],
    [
      'a layer of another size',
      () => image([tarLayer(small)], { manifest: { layers: [descriptorOf(tarLayer(small), 7)] } }),
      /size|bytes/,
    ],
    [
      'a layer that is not there',
      () =>
        image([], { config: rootfs(tarLayer(small)), manifest: { layers: [descriptorOf(tarLayer(small))] } }),
      /is missing/,
    ],
    [
      'no rootfs',
      () => image([], { config: Buffer.from('{"architecture":"amd64","os":"linux"}') }),
      /rootfs/,
    ],
    [
      'fewer diffIDs than layers',
      () => image([tarLayer(small)], { config: rootfs() }),
      /1 layers, but its config has 0/,
    ],
    ['a config of 100 MB', () => image([], { config: json100MB() }), /over the limit/],
    ['a manifest of 100 MB', () => image([], { manifest: json100MB() }), /over the limit/],
    ['an index.json of 100 MB', () => image([], { index: json100MB() }), /larger than/],
    ['a manifest.json of 100 MB', () => createTar([['manifest.json', json100MB()]]), /larger than/],
    ['an index that is nested', () => image([], { index: nested() }), /index\.json|no image/],
    ['a config that is nested', () => image([], { config: nested() }), /config/],
    ['JSON of no shape', () => image([], { manifest: { layers: { length: 1e9 } } }), /layers/],
    ['an index of itself', indexOfItself, /digest|without end/],
    ['a hundred thousand files beside it', () => archiveOf(extra(100_000)), /more than 20000 entries/],
    [
      'a name that leads round',
      () => createTar([['index.json', { type: 'symlink', linkname: 'index.json' }]]),
      /no image archive/,
    ],
    [
      'a name that leads out',
      () => createTar([['manifest.json', { type: 'symlink', linkname: '../../../etc/passwd' }]]),
      /no image archive/,
    ],
    ['schema 1', () => image([], { manifest: Buffer.from('{"schemaVersion":1,"fsLayers":[]}') }), /schema 1/],
    ['tags that act on a terminal', () => image([], { index: twoNames }), /several images/],
    [
      'a text of 32 MB in each of eight layers',
      () => image(Array.from({ length: 8 }, (_, i) => texts(i))),
      /text/,
    ],
  ])('that is or has %s is refused with a sentence and what to do', async (_, make, sentence) => {
    const run = await analyze(make())
    expect([2, 3]).toContain(run.status)
    expect(run.stderr).toMatch(sentence)
    expect(run.stderr).toMatch(/\nwhat to do: /)
  })

  it.each<[string, () => Buffer, (measurement: Measurement) => void]>([
    [
      'a layer twice',
      () => image([tarLayer(small), tarLayer(small)]),
      ({ sizes }) => expect(sizes).toMatchObject({ disk: 6, filesystem: 3 }),
    ],
    ['an empty layer', () => image([tarLayer([])]), ({ sizes }) => expect(sizes.disk).toBe(0)],
    [
      'a METADATA of 1 GB',
      () => image([fileLayer(`${site}/x-1.dist-info/METADATA`, 1000, 'x'), tarLayer(small)]),
      ({ sizes, packages }) => {
        expect(sizes.filesystem).toBe(1000 * 2 ** 20 + 3)
        expect(packages).toMatchObject([{ name: 'x', version: '1' }])
      },
    ],
    [
      'a RECORD that names what is not its own',
      () =>
        image([
          tarLayer(
            distribution(
              named,
              '../../../../../../etc/passwd,,\n/etc/passwd,,\n../../../..,,\nevil/code.py,,\n',
            ),
          ),
        ]),
      ({ packages }) => expect(packages).toMatchObject([{ name: 'evil', files: 3 }]),
    ],
    [
      'records of conda with millions of objects in each of three layers',
      () =>
        image(
          ['a', 'b', 'c'].map((name) =>
            tarLayer([
              [`opt/conda/conda-meta/${name}.json`, `{"name":"x","all":[${'{},'.repeat(2_600_000)}{}]}`],
            ]),
          ),
        ),
      ({ packages }) => expect(packages).toEqual([]),
    ],
    [
      'a RECORD of a million rows',
      () => image([tarLayer(distribution(named, 'a,,\n'.repeat(1_000_000) + 'evil/code.py,,\n'))]),
      ({ packages }) => expect(packages).toMatchObject([{ name: 'evil' }]),
    ],
    [
      'a RECORD of quotes',
      () => image([tarLayer(distribution(named, '"'.repeat(4_000_001)))]),
      ({ packages }) => expect(packages).toHaveLength(1),
    ],
    [
      'a million requirements',
      () => image([tarLayer(distribution(named + 'Requires-Dist: x\n'.repeat(450_000), ''))]),
      ({ packages }) => expect(packages).toHaveLength(1),
    ],
    [
      'a marker in ten thousand brackets',
      () =>
        image([
          tarLayer([
            ...distribution(
              `${named}Requires-Dist: x; ${'('.repeat(10_000)}os_name == "a"${')'.repeat(10_000)}\n`,
              '',
            ),
            ...python,
          ]),
        ]),
      ({ packages }) => expect(packages).toHaveLength(1),
    ],
    [
      'a name of a megabyte',
      () => image([tarLayer(distribution(`Name: ${'n'.repeat(1e6)}\nVersion: ${'1.'.repeat(1e6)}\n`, ''))]),
      ({ packages }) => expect(packages).toHaveLength(1),
    ],
    [
      'names that act on a terminal',
      () =>
        image([
          tarLayer(distribution('Name: a\x1b[2J\u202eb\nVersion: \x9b31m1\r\n', 'evil/\x1b]0;x\x07.py,,\n')),
        ]),
      ({ packages }) => expect(packages).toHaveLength(1),
    ],
    [
      'three thousand packages that require each other',
      () => image([tarLayer(circle(3000))]),
      ({ packages }) => expect(packages).toHaveLength(3000),
    ],
    ['links in circles', () => image([tarLayer(circles)]), ({ sizes }) => expect(sizes.filesystem).toBe(0)],
    [
      'links to the host',
      () =>
        image([
          tarLayer([
            [`${site}/x-1.dist-info/METADATA`, { type: 'symlink', linkname: '/etc/passwd' }],
            ['etc/os-release', { type: 'symlink', linkname: '../../../../../../etc/os-release' }],
          ]),
        ]),
      ({ sizes }) => expect(sizes.disk).toBe(0),
    ],
    [
      'one name a hundred thousand times',
      () =>
        image([
          layerOf([
            [Buffer.concat([header({ path: 'a', size: 1 }), Buffer.alloc(512, 'x')]), 100_000],
            [endOfArchive, 1],
          ]),
        ]),
      ({ sizes }) => expect(sizes.filesystem).toBe(1),
    ],
    [
      'folders as deep as they can be',
      () => image([tarLayer([[`${'d/'.repeat(2000)}f`, 'x']])]),
      ({ sizes }) => expect(sizes.filesystem).toBe(1),
    ],
    [
      'whiteouts of everything',
      () =>
        image([
          tarLayer([...small, ['b', 'b']]),
          tarLayer([
            ['.wh..wh..opq', ''],
            ['.wh.', ''],
            ['.wh..', ''],
            ['.wh...', ''],
            ['etc/.wh..', ''],
          ]),
        ]),
      ({ sizes }) => expect(sizes).toMatchObject({ disk: 4, filesystem: 0 }),
    ],
    [
      'devices and pipes',
      () =>
        image([
          layerOf([
            [Buffer.concat(['3', '4', '6'].map((type) => withField(156, type).subarray(0, 512))), 1],
            [endOfArchive, 1],
          ]),
        ]),
      ({ sizes }) => expect(sizes.disk).toBe(0),
    ],
    [
      'fifty thousand environments',
      () => image([tarLayer(Array.from({ length: 50_000 }, (_, i) => [`v${i}/pyvenv.cfg`, 'x'] as const))]),
      ({ parts }) => expect(parts.environment).toBe(50_000),
    ],
    [
      'texts and names that a search could try in every way',
      () =>
        image([tarLayer(trying)], {
          config: { history: [{ created_by: `ADD -${'.tar.'.repeat(200_000)}r` }] },
        }),
      ({ packages }) => expect(packages.length).toBeGreaterThan(10_000),
    ],
    [
      'a dpkg that lists everything a million times',
      () =>
        image([
          tarLayer([
            ...small,
            ['var/lib/dpkg/status', 'Package: x\nStatus: install ok installed\nVersion: 1\n'],
            ['var/lib/dpkg/info/x.list', '/etc/a\n'.repeat(1_000_000)],
          ]),
        ]),
      ({ systemPackages }) => expect(systemPackages).toMatchObject([{ name: 'x', bytes: 3 }]),
    ],
    [
      'names of JavaScript',
      () =>
        image(
          [
            tarLayer([
              ['__proto__', 'x'],
              ['constructor/pyvenv.cfg', 'x'],
            ]),
          ],
          {
            config: Buffer.from(
              `{"__proto__":{"a":1},"os":"linux","architecture":"amd64","config":{"Labels":{"__proto__":"x"}},"rootfs":{"diff_ids":["${
                tarLayer([
                  ['__proto__', 'x'],
                  ['constructor/pyvenv.cfg', 'x'],
                ]).diffId
              }"]}}`,
            ),
          },
        ),
      ({ sizes }) => expect(sizes.disk).toBe(2),
    ],
    [
      'a history of a hundred thousand steps',
      () =>
        image([tarLayer(small)], {
          config: { history: Array.from({ length: 100_000 }, () => ({ created_by: '\x1b[31mRUN' })) },
        }),
      ({ layers }) => expect(layers).toHaveLength(1),
    ],
    [
      'a hundred thousand files',
      () => image([manyEntries(100_000)]),
      ({ sizes }) => expect(sizes.disk).toBe(0),
    ],
    [
      'texts of 26 MB in two layers',
      () => image([texts(0), texts(1)]),
      ({ packages }) => expect(packages.length).toBeGreaterThan(3),
    ],
  ])('that has %s is measured', async (_, make, check) => {
    const run = await analyze(make())
    expect({ status: run.status, stderr: run.status === 0 ? '' : run.stderr }).toEqual({
      status: 0,
      stderr: '',
    })
    check(await readMeasurement(join(cwd, 'image.json')))
  })
})

/** Controls but the line end, and what turns the direction of text. */
function actsOnTerminal(text: string): readonly string[] {
  return (text.match(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu) ?? []).filter((one) => one !== '\n')
}

/** A tar of one file whose header has these bytes, with the checksum made right again. */
function withField(at: number, bytes: string): Buffer {
  const tar = createTar([['name', 'x'.repeat(600)]])
  tar.write(bytes, at, 'latin1')
  return checked(tar)
}

function checked(tar: Buffer): Buffer {
  tar.write('        ', 148, 'latin1')
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return tar
}

/** GNU's old sparse file, of which nothing is stored. */
function sparse(realSize: number): Buffer {
  const tar = createTar([['sparse', '']])
  tar.write('S', 156, 'latin1')
  tar[483] = 0x80
  tar.writeUIntBE(realSize % 2 ** 48, 489, 6)
  tar[488] = Math.floor(realSize / 2 ** 48)
  return checked(tar)
}

/** A pax header of this body, and a file. */
function paxOf(body: Buffer): Buffer {
  const tar = createTar([
    ['pax', body],
    ['file', 'x'],
  ])
  tar.write('x', 156, 'latin1')
  return checked(tar)
}

/** Empty files, each with a name of its own. */
function manyEntries(count: number): HostileLayer {
  const runs = Array.from({ length: count / 1000 }, (_, i) => [thousandEntries('f', i * 1000), 1] as const)
  return layerOf([...runs, [endOfArchive, 1]])
}

/** A thousand names again and again, which is made in no time. */
function sameEntries(count: number, folder = 'f'): HostileLayer {
  return layerOf([
    [thousandEntries(folder, 0), count / 1000],
    [endOfArchive, 1],
  ])
}

function thousandEntries(folder: string, first: number): Buffer {
  return Buffer.concat(Array.from({ length: 1000 }, (_, i) => numbered(folder, first + i)))
}

const template = header({ path: 'f/0000000' })

/** The header of a file: the template's with other digits, whose sum the checksum follows. */
function numbered(folder: string, number: number): Buffer {
  const block = Buffer.from(template)
  block.write(`${folder}/${String(number).padStart(7, '0')}`, 0, 'latin1')
  let sum = Number.parseInt(template.toString('latin1', 148, 154), 8)
  for (let i = 0; i < 9; i += 1) sum += (block[i] ?? 0) - (template[i] ?? 0)
  block.write(sum.toString(8).padStart(6, '0'), 148, 'latin1')
  return block
}

function zstdBomb(mebibytes: number): HostileLayer {
  const frame = zstdCompressSync(Buffer.alloc(2 ** 24))
  const head = zstdCompressSync(header({ path: 'zeros', size: mebibytes * 2 ** 20 }))
  const blob = Buffer.concat([head, ...Array.from({ length: mebibytes / 16 }, () => frame)])
  return { blob, diffId: `sha256:${'0'.repeat(64)}` }
}

const hugeWindow = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8, 1, 0, 0])
const hugeSkip = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 0, 0])

function cut({ blob, diffId }: HostileLayer, bytes: number): HostileLayer {
  return { blob: blob.subarray(0, bytes), diffId }
}

function flipped({ blob, diffId }: HostileLayer, at: number): HostileLayer {
  const bytes = Buffer.from(blob)
  bytes[bytes.length + at] = (bytes[bytes.length + at] ?? 0) ^ 0xff
  return { blob: bytes, diffId }
}

function garbageAfter({ blob, diffId }: HostileLayer): HostileLayer {
  return {
    blob: Buffer.concat([blob, Buffer.from([0x1f, 0x8b, 8, 0xff]), Buffer.alloc(1000, 'garbage')]),
    diffId,
  }
}

function rootfs(...layers: readonly HostileLayer[]): object {
  return { rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) } }
}

function descriptorOf({ blob }: HostileLayer, size = blob.length): object {
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest(blob), size }
}

/** An image one of whose blobs has the name of another content. */
function lying(layer: HostileLayer): Buffer {
  const files: LayoutFiles = layoutOf([layer])
  files.set(`blobs/sha256/${digest(layer.blob).slice(7)}`, Buffer.alloc(layer.blob.length, 1))
  return archiveOf(files)
}

function json100MB(): Buffer {
  return Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(100e6, 'x'), Buffer.from('"}')])
}

function nested(): Buffer {
  return Buffer.from(`{"schemaVersion":2,"manifests":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)
}

function indexOfItself(): Buffer {
  const own = { mediaType: 'application/vnd.oci.image.index.v1+json', digest: `sha256:${'2'.repeat(64)}` }
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ ...own, size: 0 }] }))
  const sized = Buffer.from(index.toString().replace('"size":0', `"size":${index.length + 2}`))
  return archiveOf(layoutOf([], { index: sized, files: { [`blobs/sha256/${'2'.repeat(64)}`]: sized } }))
}

function extra(count: number): LayoutFiles {
  return new Map(Array.from({ length: count }, (_, i) => [`f${i}`, Buffer.alloc(0)]))
}

const twoNames = {
  schemaVersion: 2,
  manifests: ['\x1b[31mred', '\u202eleft\x07'].map((name, i) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${String(i).repeat(64)}`,
    size: 2,
    annotations: { 'org.opencontainers.image.ref.name': name },
  })),
}

/** As many texts as are looked at, of several megabytes each. */
function texts(number: number): HostileLayer {
  return tarLayer(
    Array.from(
      { length: 5 },
      (_, i) => [`${site}/p${number}x${i}-1.dist-info/RECORD`, Buffer.alloc(6.4e6, `é${i},,\n`)] as const,
    ),
  )
}

function circle(count: number): TinyTar {
  return Array.from({ length: count }, (_, i) => [
    `${site}/p${i}-1.dist-info/METADATA`,
    `Name: p${i}\nVersion: 1\n${Array.from({ length: 20 }, (_x, j) => `Requires-Dist: p${(i + j + 1) % count}\n`).join('')}`,
  ])
}

/** What takes time by the square of its size, if anything does. */
const trying: TinyTar = [
  ['var/lib/dpkg/status.d/a', 'Package: a\n'],
  ['var/lib/dpkg/status.d/a.md5sums', `0${'\t'.repeat(1_000_000)}\r`],
  ...Array.from(
    { length: 200 },
    (_, i) => [`__pycache__/${i}.cpython-3${'0'.repeat(4000)}!.pyc`, ''] as const,
  ),
  ...Array.from(
    { length: 20 },
    (_, i) =>
      [
        `${site}/x${i}-1.dist-info/METADATA`,
        `Name: x${i}\n${Array.from({ length: 5000 }, (_x, j) => `Requires-Dist: x0[e${i}x${j}]\n`).join('')}`,
      ] as const,
  ),
  ...Array.from(
    { length: 10_000 },
    (_, i) => [`v${i}/lib/python3.1/site-packages/a-1.dist-info/METADATA`, 'Name: a\nVersion: 1\n'] as const,
  ),
  ...Array.from({ length: 10_000 }, (_, i) => [`p${i}/lib/python3.1/os.py`, 'x'] as const),
  ...Array.from({ length: 10_000 }, (_, i) => [`zzz/${i}`, 'x'] as const),
]

const circles: TinyTar = [
  ['usr/bin/python3', { type: 'symlink', linkname: 'python3.13' }],
  ['usr/bin/python3.13', { type: 'symlink', linkname: 'python3' }],
  ['usr/lib/a', { type: 'symlink', linkname: 'a/a' }],
  ['x', { type: 'hardlink', linkname: 'y' }],
  ['y', { type: 'hardlink', linkname: 'x' }],
  ...Array.from({ length: 5000 }, (_, i) => [`h${i}`, { type: 'hardlink', linkname: `h${i + 1}` }] as const),
]

/** Enough of an interpreter for markers to be evaluated. */
const python: TinyTar = [
  ['usr/bin/python3.13', 'x\x003.13.5\x00x'],
  ['lib/x86_64-linux-gnu/libc.so.6', 'GNU C Library release version 2.41.'],
]

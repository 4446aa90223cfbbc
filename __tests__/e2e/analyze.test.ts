import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Measurement } from '../../src/image/measurement.ts'
import { type CliRun, runCli } from '../fixtures/cli.ts'
import { parsedMeasurement, readMeasurement } from '../fixtures/invariants.ts'
import type { TinyTar } from '../fixtures/tar.ts'
import { createImage, digest, type TinyImage } from '../fixtures/tiny-image.ts'
import {
  archiveOf,
  createClassicArchive,
  createIndex,
  createLayout,
  describeImage,
  named,
  writeFiles,
} from '../fixtures/tiny-sources.ts'

const site = 'opt/venv/lib/python3.13/site-packages'
const distribution = (name: string, size: number, requires = ''): TinyTar => [
  [`${site}/${name}/code.py`, 'x'.repeat(size)],
  [`${site}/${name}-1.0.dist-info/METADATA`, `Name: ${name}\nVersion: 1.0\n${requires}`],
  [`${site}/${name}-1.0.dist-info/RECORD`, `${name}/code.py,,\n${name}-1.0.dist-info/METADATA,,\n`],
]
const base: TinyTar = [['usr/bin/sh', 'x'.repeat(3000)]]
const first = [['opt/venv/pyvenv.cfg', 'home = /usr/bin\n'], ...distribution('numpy', 5000)] as const
const second = [...first, ...distribution('pandas', 9000, 'Requires-Dist: numpy\n')] as const

describe('analyze and compare', () => {
  let folder = ''
  const images: Record<'base' | 'before' | 'after', TinyImage> = {
    base: createImage({ layers: [base] }),
    before: createImage({ layers: [base, first] }),
    after: createImage({ layers: [base, second] }),
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'analyze-'))
    for (const [name, image] of Object.entries(images))
      await writeFiles(join(folder, name), createLayout([image], [describeImage(image, named('1'))]))
    const layout = createLayout([images.after], [describeImage(images.after, named('1'))])
    await writeFile(join(folder, 'after.tar'), archiveOf(layout))
    await writeFile(join(folder, 'classic.tar'), createClassicArchive(images.after))
    const arm = createImage({ platform: 'linux/arm64', layers: [base] })
    const index = createIndex([describeImage(images.after), describeImage(arm)])
    const both = createLayout([images.after, arm], [index.descriptor], [index.bytes])
    await writeFiles(join(folder, 'both'), both)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = (...args: readonly string[]): Promise<CliRun> =>
    runCli(args, { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } })
  const measured = async (...args: readonly string[]): Promise<Measurement> => {
    const { stdout, stderr, status } = await run(...args, '--json', '-')
    if (status !== 0) throw new Error(stderr)
    return parsedMeasurement(stdout)
  }

  it('tells what is in an image, in 80 columns', async () => {
    const { status, stdout, stderr } = await run('analyze', 'oci:after', '--base', 'oci:base')
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('✓ read oci:after') })
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^ {2}base +█.* 3\.00 kB +17%$/m)
    expect(stdout).toMatch(/^ {2}pandas 1\.0 +9\.\d+ kB {2}← you$/m)
    expect(stdout).toMatch(/^ {2}numpy 1\.0 +5\.\d+ kB {2}← pandas ← you$/m)
  })

  it('takes what the project requires, and its base, from the project', async () => {
    await writeFiles(
      join(folder, 'project'),
      new Map([
        [
          'pyproject.toml',
          Buffer.from('[project]\nname = "web"\nversion = "1"\ndependencies = ["NumPy>=1"]\n'),
        ],
        ['Dockerfile', Buffer.from('FROM python:3 AS built\nFROM scratch\nCOPY --from=built / /\n')],
      ]),
    )
    const { packages } = await measured('analyze', 'oci:after', '--project', 'project')
    expect(packages.map(({ name, direct }) => [name, direct])).toEqual([
      ['pandas', false],
      ['numpy', true],
    ])
    const { stdout } = await run('analyze', 'oci:after', '--project', 'project', '--markdown', '-')
    expect(stdout).toContain('It has no base: `Dockerfile:2` begins from scratch.')
    const { status, stderr } = await run('analyze', 'oci:after', '--project', 'nowhere')
    expect({ status, stderr }).toEqual({
      status: expect.any(Number),
      stderr: expect.stringContaining('nowhere'),
    })
    expect(status).not.toBe(0)
  })

  it('says the same of every form of it', async () => {
    const layout = await measured('analyze', 'oci:after')
    for (const form of ['oci-archive:after.tar', 'docker-archive:classic.tar', 'oci:both']) {
      const { packages, parts, sizes } = await measured('analyze', form, '--platform', 'linux/amd64')
      expect({ packages, parts }).toEqual({ packages: layout.packages, parts: layout.parts })
      expect(sizes.filesystem).toBe(layout.sizes.filesystem)
    }
    const arm = await measured('analyze', 'oci:both', '--platform', 'linux/arm64')
    expect(arm).toMatchObject({ image: { platform: 'linux/arm64' }, sizes: { filesystem: 3000 } })
  })

  it('lists a foreign layer as not measured, in every report', async () => {
    const { after } = images
    const [, top] = after.manifest.layers
    const layers = after.manifest.layers.map((layer) =>
      layer === top
        ? {
            ...layer,
            mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
            urls: ['https://layers.invalid/1'],
          }
        : layer,
    )
    const manifestBytes = Buffer.from(JSON.stringify({ ...after.manifest, layers }))
    const foreign = { ...after, manifestBytes, digest: digest(manifestBytes) }
    const files = createLayout([foreign], [describeImage(foreign, named('1'))])
    files.delete(`blobs/sha256/${top?.digest.slice('sha256:'.length) ?? ''}`)
    await writeFiles(join(folder, 'foreign'), files)
    const env = { XDG_CACHE_HOME: join(folder, 'foreign-cache') }
    const { stdout, status } = await runCli(
      [
        'analyze',
        'oci:foreign',
        '--json',
        'foreign.json',
        '--html',
        'foreign.html',
        '--markdown',
        'foreign.md',
      ],
      { cwd: folder, env },
    )
    expect(status).toBe(0)
    const measurement = await readMeasurement(join(folder, 'foreign.json'))
    expect(measurement.sizes).toMatchObject({
      disk: 3000,
      download: after.manifest.layers.reduce((sum, { size }) => sum + size, 0),
    })
    expect(measurement.layers.map(({ notMeasured }) => notMeasured)).toEqual([undefined, true])
    expect(measurement.basis.compression).toBe('gzip')
    const texts = [
      stdout,
      await readFile(join(folder, 'foreign.md'), 'utf8'),
      await readFile(join(folder, 'foreign.html'), 'utf8'),
    ]
    for (const text of texts) expect(text.replace(/\s+/g, ' ')).toContain('not measured')
  })

  it('does not read a layer twice', async () => {
    const before = await measured('analyze', 'oci:before')
    for (const blob of await readdir(join(folder, 'before/blobs/sha256')))
      if (images.before.manifest.layers.some(({ digest }) => digest.endsWith(blob)))
        await rm(join(folder, 'before/blobs/sha256', blob))
    expect(await measured('analyze', 'oci:before')).toEqual(before)
  })

  it('tells what changed, from images and from measurements', async () => {
    await run('analyze', 'oci:before', '-q', '--json', 'before.json')
    for (const from of ['oci:before', 'before.json']) {
      const { status, stdout } = await run('compare', from, 'oci:after')
      expect(status).toBe(0)
      expect(stdout).toContain(`compared with ${from}`)
      expect(stdout).toMatch(/^ {2}\+ pandas 1\.0 +\+9\.\d+ kB {2}← you$/m)
      expect(stdout).not.toMatch(/[+~-] numpy/)
    }
  })

  it('writes all reports', async () => {
    const to = ['--json', 'r.json', '--markdown', 'r.md', '--html', 'r.html', '-q']
    expect(await run('compare', 'oci:before', 'oci:after', ...to)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(await readFile(join(folder, 'r.md'), 'utf8')).toContain('`pandas`')
    const page = await readFile(join(folder, 'r.html'), 'utf8')
    expect(page).toContain('data-compared="true"')
    expect(page).toContain('"code.py"')
  })

  it('writes a bill of materials', async () => {
    const { status, stdout } = await run('analyze', 'oci:after', '--base', 'oci:base', '--sbom', '-')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      metadata: { component: { type: 'container', version: images.after.digest } },
      components: [{ purl: 'pkg:pypi/numpy@1.0' }, { purl: 'pkg:pypi/pandas@1.0' }],
      dependencies: [
        { dependsOn: ['pkg:pypi/pandas@1.0'] },
        { dependsOn: [] },
        { dependsOn: ['pkg:pypi/numpy@1.0'] },
      ],
    })
    expect((await run('analyze', 'oci:after', '-q', '--sbom', 's.json')).stdout).toBe('')
    expect(JSON.parse(await readFile(join(folder, 's.json'), 'utf8'))).toHaveProperty('bomFormat')
  })

  it.each<[string, string[], number, string]>([
    ['an image that is not there', ['analyze', 'oci:nowhere'], 2, 'nowhere'],
    ['a platform that it has not', ['analyze', 'oci:both', '--platform', 'linux/s390x'], 2, 'linux/s390x'],
    [
      'a base that it does not stand on',
      ['analyze', 'oci:after', '--base', 'oci:before'],
      2,
      'oci:after does not stand on oci:before: of 2 layers they share the lowest 1',
    ],
  ])('refuses %s', async (_, args, status, message) => {
    const result = await run(...args)
    expect(result.stderr).toContain(message)
    expect(result.stderr).toContain('what to do:')
    expect(result.status).toBe(status)
  })
})

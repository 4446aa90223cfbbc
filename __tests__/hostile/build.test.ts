import { chmod, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site } from '../fixtures/built.ts'
import { createDistribution, createSource } from '../fixtures/distribution.ts'
import type { Wheel } from '../fixtures/wheel.ts'

const alpha = createDistribution('alpha', '1.0')
const beta = createDistribution('beta', '1.0')
/** Served under the name and the hash of another. */
const forged: Wheel = {
  ...createDistribution('forged', '1.0', { files: { 'forged.py': 'evil' } }),
  sha256: '0'.repeat(64),
}
/** Named like faults that it is none of. */
const gone = createDistribution('gone-403-forbidden-dns', '1.0')
const older = createDistribution('older', '1.0', { tag: 'cp312-cp312-manylinux_2_28_x86_64' })
const elsewhere = createDistribution('elsewhere', '1.0', { tag: 'cp313-cp313-win_amd64' })
const onlyMusl = createDistribution('only-musl', '1.0', { tag: 'cp313-cp313-musllinux_1_2_x86_64' })
const newGlibc = createDistribution('new-glibc', '1.0', { tag: 'cp313-cp313-manylinux_2_42_x86_64' })
const pure = createSource('pure', '1.0')
const native = createSource('native', '1.0', { gives: 'native' })
const alsoNative = createSource('also-native', '2.0', { gives: 'native' })
const broken = createSource('broken', '1.0', { gives: { fails: 'the compiler was not found' } })
const knownNative = createSource('known-native', '1.0', { gives: 'native' })
const knownNativeWheel = createDistribution('known-native', '1.0', {
  tag: 'cp312-cp312-manylinux_2_28_x86_64',
})
const outside = ['../../../../../../evil.txt', '/tmp/evil-absolute.txt', '..\\..\\evil.txt'].map((path, i) =>
  createDistribution(`outside${i}`, '1.0', {
    files: { [`outside${i}.py`]: '' },
    record: [`${path},sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0`],
  }),
)
const impostor = createDistribution('impostor', '1.0', {
  files: {
    'impostor.py': 'def main(): pass\n',
    'impostor-1.0.data/data/pyvenv.cfg': 'home = /evil\n',
  },
  scripts: { impostor: 'impostor:main' },
})
const climbing = createDistribution('climbing', '1.0', {
  files: { 'climbing.py': '', '../../../climbed.py': 'x' },
})

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
beforeAll(async () => {
  site = await createSite([
    ...[alpha, beta, forged, older, elsewhere, onlyMusl, newGlibc, pure, native, alsoNative, broken],
    ...[knownNative, knownNativeWheel, ...outside, climbing, impostor],
  ])
})
afterAll(() => site.close())

/** What is told of a build that has to fail; nothing must be left where its output was to go. */
async function failure(
  packages: readonly Wheel[],
  options: Parameters<Site['build']>[2] & { readonly lock?: string } = {},
): Promise<{ kind: string; message: string; hint: string }> {
  const { lock, ...rest } = options
  const project = await site.project(packages, lock === undefined ? {} : { 'pylock.toml': lock })
  const folder = await site.newFolder('output')
  const error: unknown = await site.build(project, {}, { output: join(folder, 'image'), ...rest }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'Failure' })
  expect(await readdir(folder)).toEqual([])
  const { kind, message, hint = '' } = error as { kind: string; message: string; hint?: string }
  return { kind, message, hint }
}

describe('a lock and an index that do not agree', () => {
  it('a hash that does not match names the package and warns of locking again', async () => {
    const told = await failure([alpha, forged])
    expect(told).toMatchObject({
      kind: 'build',
      hint: expect.stringContaining('not what was locked'),
    })
    expect(told.message).toContain('forged')
  })

  it('a hash that does not match is refused though the installer is told not to look', async () => {
    const env = { UV_NO_VERIFY_HASHES: '1', UV_VERIFY_HASHES: 'false' }
    expect((await failure([alpha, forged], { env })).message).toContain('forged')
  })

  it('a file that is gone names it, and says to lock again or use another index', async () => {
    const told = await failure([alpha, gone])
    expect(told).toMatchObject({
      kind: 'build',
      hint: expect.stringContaining('gone from the index'),
    })
    expect(told.message).toContain('gone_403_forbidden_dns-1.0-py3-none-any.whl')
  })

  it('an index that is down says to check the network', async () => {
    const lock = site.lock([alpha]).replaceAll(site.index.url, 'http://127.0.0.1:9')
    const told = await failure([alpha], { lock })
    expect(told).toMatchObject({
      kind: 'build',
      hint: expect.stringContaining('cannot be reached'),
    })
  })

  it.each([401, 403])(
    'an index that wants credentials (%i) says how to give them, and shows none',
    async (status) => {
      const { createServer } = await import('node:http')
      const server = createServer((_, response) => response.writeHead(status).end())
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      try {
        const { port } = server.address() as { port: number }
        const lock = site.lock([alpha]).replaceAll(site.index.url, `http://someone:hunter2@127.0.0.1:${port}`)
        const told = await failure([alpha], { lock })
        expect(told.hint).toContain('wants credentials')
        expect(told.message).not.toContain('hunter2')
      } finally {
        server.closeAllConnections()
        server.close()
      }
    },
  )
})

describe('packages that do not fit the image', () => {
  it('are all named in one error before anything is fetched', async () => {
    const before = site.index.requests.length
    const told = await failure([alpha, older, elsewhere, onlyMusl, newGlibc, knownNative, knownNativeWheel])
    expect(told.kind).toBe('build')
    for (const name of ['older', 'elsewhere', 'only-musl', 'new-glibc', 'known-native']) {
      expect(told.message).toContain(`${name} 1.0`)
    }
    expect(told.message).toContain('Python 3.13.5 on linux/amd64 (glibc 2.41)')
    expect(told.message).not.toContain('alpha')
    expect(site.index.requests.slice(before)).toEqual([])
  })

  it('because of Python: say which one the lock has wheels for', async () => {
    expect((await failure([older])).hint).toContain('Python 3.12')
  })

  it('on musl, with wheels for glibc alone: say to take such a base', async () => {
    const glibcOnly = createDistribution('alpha', '1.0', { tag: 'cp313-cp313-manylinux_2_28_x86_64' })
    const musl = await site.writeBase({ libc: 'musl' })
    const project = await site.project([glibcOnly])
    const reference = { transport: 'oci', path: musl.slice('oci:'.length) } as const
    await expect(site.build(project, { base: reference })).rejects.toMatchObject({
      message: expect.stringContaining('musl 1.2'),
      hint: expect.stringContaining('glibc'),
    })
  })

  it('a base whose Python the project refuses names both versions', async () => {
    const project = await site.project([alpha], {
      'pyproject.toml': '[project]\nname = "web"\nversion = "1.0"\nrequires-python = ">=3.14"\n',
    })
    await expect(site.build(project)).rejects.toMatchObject({
      message: expect.stringMatching(/Python 3\.13\.5.*>=3\.14/),
      hint: expect.stringContaining('base image'),
    })
  })
})

describe('source packages', () => {
  it('of pure Python are built once and kept', async () => {
    const project = await site.project([alpha, pure])
    const store = await site.newFolder('store')
    const env = { UV_CACHE_DIR: await site.newFolder('uv-cache') }
    const built = await site.build(project, {}, { store, env })
    expect(built.files.get('opt/venv/lib/python3.13/site-packages/pure/__init__.py')?.text).toBe(
      'version = "1.0"\n',
    )
    expect(built.files.get('opt/venv/bin/pure')?.text).toMatch(/^#!\/opt\/venv\/bin\/python\n/)
    expect(built.recordProblems).toEqual([])
    const before = site.index.requests.length
    const again = await site.build(
      project,
      {},
      { store, env: { UV_CACHE_DIR: await site.newFolder('uv-cache') } },
    )
    expect(again.digest).toBe(built.digest)
    expect(site.index.requests.slice(before)).toEqual([])
  })

  it('with code to compile, and those that fail, are all listed in one error with why', async () => {
    const told = await failure([alpha, native, broken, alsoNative, pure])
    expect(told.kind).toBe('build')
    expect(told.message).toMatch(/- native 1\.0: .*compiled/)
    expect(told.message).toMatch(/- also-native 2\.0: .*compiled/)
    expect(told.message).toMatch(/- broken 1\.0: [^]*the compiler was not found/)
    expect(told.message).not.toMatch(/- (?:pure|alpha)/)
    expect(told.hint).toContain('base image')
  })

  it('that cannot be fetched are told as that, not as code that does not compile', async () => {
    const lock = site.lock([pure]).replaceAll(site.index.url, 'http://127.0.0.1:9')
    const env = { UV_CACHE_DIR: await site.newFolder('uv-cache') }
    const told = await failure([pure], { lock, env })
    expect(told.hint).toContain('cannot be reached')
    expect(told.message).not.toContain('no wheel fits')
  })
})

describe('wheels that want out of the environment', () => {
  for (const wheel of [...outside, climbing]) {
    it(`put nothing there: ${wheel.name}`, async () => {
      const project = await site.project([alpha, wheel])
      const store = await site.newFolder('store')
      const built = await site.build(project, {}, { store }).catch((error: unknown) => {
        expect(error).toMatchObject({
          name: 'Failure',
          message: expect.stringContaining(wheel.name),
        })
        return undefined
      })
      const below = /^(?:opt\/venv(?:\/|$)|app(?:\/|$)|home\/app$|etc\/(?:passwd|group)$)/
      expect([...(built?.files.keys() ?? [])].filter((path) => !below.test(path))).toEqual([])
      const found = await readdir(site.folder, { recursive: true })
      expect(found.filter((path) => /evil|climbed/.test(path) && !path.includes('/image/'))).toEqual([])
      await expect(stat('/tmp/evil-absolute.txt')).rejects.toMatchObject({ code: 'ENOENT' })
    })
  }
})

describe('wheels that bring what the environment has of its own', () => {
  it('cannot take the place of its interpreter, nor of the file that marks it', async () => {
    const built = await site.build(await site.project([alpha, impostor]))
    const paths = built.layers.flat().flatMap(({ path, type }) => (type === 'directory' ? [] : [path]))
    expect(paths.filter((path, i) => paths.indexOf(path) !== i)).toEqual([])
    const names = ['python', 'python3', 'python3.13'].map(
      (name) => built.files.get(`opt/venv/bin/${name}`)?.linkname,
    )
    expect(names).toEqual(['/usr/local/bin/python3.13', 'python', 'python'])
    expect(built.files.get('opt/venv/pyvenv.cfg')?.text).toContain('home = /usr/local/bin')
    expect(built.files.has('opt/venv/bin/impostor')).toBe(true)
    expect(built.warnings).toEqual([
      "impostor brings opt/venv/pyvenv.cfg, which is the environment's own: it is left out",
    ])
  })
})

describe('a lock that names nothing for this Python', () => {
  it('is told when the lock itself says so', async () => {
    const lock = site
      .lock([alpha])
      .replace('version = "1.0"\nwheels', 'version = "1.0"\nrequires-python = ">=3.14"\nwheels')
    const told = await failure([alpha], { lock })
    expect(told.message).toMatch(/alpha.*requires Python >=3\.14/)
  })
})

describe('an output', () => {
  it('that lies inside the project is no part of the image, the first time and the second', async () => {
    const project = await site.project([alpha], { 'main.py': '' })
    const output = join(project, 'out', 'image')
    const first = await site.build(project, {}, { output })
    const second = await site.build(project, {}, { output })
    const paths = [...second.files.keys()].filter((path) => path.startsWith('app'))
    expect(paths).toEqual(['app', 'app/main.py', 'app/pylock.toml'])
    expect(second.digest).toBe(first.digest)
  })

  it('and a store inside the project are no part of the image either', async () => {
    const project = await site.project([alpha], { 'main.py': '' })
    const store = join(project, '.cache')
    const first = await site.build(project, {}, { store })
    const second = await site.build(project, {}, { store })
    expect([...second.files.keys()].filter((path) => path.includes('blobs'))).toEqual([])
    expect(second.digest).toBe(first.digest)
  })

  it('that a killed build left half, beside it, is no part of the image', async () => {
    const project = await site.project([alpha], { '.pydeps-image-0123456789abcdef.partial/blobs/x': 'half' })
    const built = await site.build(project)
    expect([...built.files.keys()].filter((path) => path.includes('partial'))).toEqual([])
  })

  it('and reports are no part of the image, also through a link to the project', async () => {
    const project = await site.project([alpha], { 'out/report.json': '{}', 'report.md': '' })
    const link = `${project}-link`
    await symlink(project, link)
    const inputs = { json: join(link, 'out/report.json'), markdown: join(project, 'report.md') }
    const built = await site.build(link, inputs, { output: join(project, 'image') })
    const paths = [...built.files.keys()].filter((path) => path.startsWith('app/'))
    expect(paths).toEqual(['app/pylock.toml'])
  })

  it('that is a file is refused with what to do, and stays as it was', async () => {
    const project = await site.project([alpha])
    const output = join(await site.newFolder(), 'file')
    await writeFile(output, 'mine')
    await expect(site.build(project, {}, { output })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is a file'),
      hint: expect.stringContaining('oci-archive:'),
    })
    expect((await stat(output)).size).toBe(4)
  })
})

describe('a project that cannot be read', () => {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await chmod(folder, 0o755)
  })

  it('without a lock is told which files are looked for', async () => {
    const folder = await site.newFolder('empty')
    folders.push(folder)
    await expect(site.build(folder)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('uv.lock'),
      hint: expect.any(String),
    })
  })
})

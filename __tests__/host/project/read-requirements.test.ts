import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../../src/failure.ts'
import { readLock, type LockOptions } from '../../../src/host/project/read-lock.ts'
import { readProject } from '../../../src/host/project/read-project.ts'
import { findUv, type Uv } from '../../../src/host/uv/find.ts'
import type { Lock } from '../../../src/project/lock.ts'
import { planWheels } from '../../../src/project/native.ts'
import { createProjectFolder, createTarget, createTextCache } from '../../fixtures/project.ts'
import { startIndex } from '../../fixtures/package-index.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { indexHash, startSimpleIndex, type IndexFile, type SimpleIndex } from '../../fixtures/simple-index.ts'

const files: readonly IndexFile[] = [
  { filename: 'plain-1.0-py3-none-any.whl' },
  { filename: 'plain-1.0.tar.gz' },
  { filename: 'plain-2.0-py3-none-any.whl', requires: ['leaf>=1', 'winonly; sys_platform == "win32"'] },
  { filename: 'leaf-1.0-py3-none-any.whl' },
  { filename: 'leaf-1.5-py3-none-any.whl' },
  { filename: 'winonly-1.0-py3-none-any.whl' },
  { filename: 'compiled-1.0-cp312-cp312-manylinux_2_17_x86_64.whl', requiresPython: '>=3.11' },
  { filename: 'compiled-1.0-cp313-cp313-manylinux_2_17_x86_64.whl', requiresPython: '>=3.11' },
  { filename: 'compiled-1.0-cp312-cp312-win_amd64.whl', requiresPython: '>=3.11' },
  { filename: 'compiled-1.0.tar.gz', requiresPython: '>=3.11' },
  { filename: 'source-1.0.tar.gz' },
]

let cacheFolder: string
let uv: Uv
let index: SimpleIndex
let env: Record<string, string | undefined>
let notes: string[]

beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'uv-cache-'))
  uv = await findUv(cacheFolder)
  env = { ...process.env, UV_CACHE_DIR: cacheFolder }
})
afterAll(() => rm(cacheFolder, { recursive: true, force: true }))
beforeEach(async () => {
  notes = []
  index = await startSimpleIndex(files)
})
afterEach(() => index.close())

function options(overrides: Partial<LockOptions> = {}): LockOptions {
  return {
    groups: [],
    extras: [],
    target: createTarget(),
    uv: () => Promise.resolve(uv),
    note: (text) => notes.push(text),
    warn: (text) => notes.push(text),
    env,
    ...overrides,
  }
}

const names = (lock: Lock): readonly string[] => lock.packages.map((p) => `${p.name} ${p.version ?? ''}`)
const hashed = (pin: string, ...filenames: readonly string[]): string =>
  `${pin} ${filenames.map((name) => `--hash=sha256:${indexHash(name)}`).join(' ')}\n`

describe('requirements.txt with hashes', () => {
  it('is a lock: its files are looked up, and nothing is downloaded, built or resolved', async () => {
    const context = await createProjectFolder({
      'requirements.txt':
        `--index-url ${index.url}\n` +
        hashed('plain==2.0', 'plain-2.0-py3-none-any.whl') +
        hashed('source==1.0', 'source-1.0.tar.gz') +
        hashed('winonly==1.0 ; sys_platform == "win32"', 'winonly-1.0-py3-none-any.whl'),
    })
    const lock = await readLock(context, options())
    expect(lock).toMatchObject({ kind: 'requirements', path: 'requirements.txt', frozen: true })
    expect(names(lock)).toEqual(['plain 2.0', 'source 1.0'])
    expect(index.requests.filter((path) => path.startsWith('/files/'))).toEqual([])
    expect(notes).toEqual([])
  })

  it('offers only files whose hash is listed', async () => {
    const context = await createProjectFolder({
      'requirements.txt': `--index-url ${index.url}\n${hashed('plain==1.0', 'plain-1.0.tar.gz')}`,
    })
    const [plain] = (await readLock(context, options())).packages
    expect(plain?.wheels).toEqual([])
    expect(plain?.sdist?.filename).toBe('plain-1.0.tar.gz')
  })

  it('asks the index for the packages alone whose lines are others than the last time', async () => {
    const cache = createTextCache()
    const context = await createProjectFolder({})
    const lockedAs = async (...lines: readonly string[]): Promise<Lock> => {
      await writeFile(join(context, 'requirements.txt'), `--index-url ${index.url}\n${lines.join('')}`)
      return readLock(context, options({ cache }))
    }
    const plain = hashed('plain==1.0', 'plain-1.0.tar.gz')
    const leaf = hashed('leaf==1.0', 'leaf-1.0-py3-none-any.whl')
    const winonly = hashed('winonly==1.0 ; sys_platform == "win32"', 'winonly-1.0-py3-none-any.whl')
    const source = hashed('source==1.0', 'source-1.0.tar.gz')
    await lockedAs(winonly, plain, source, leaf)
    const before = index.requests.length

    const newer = hashed('plain==2.0', 'plain-2.0-py3-none-any.whl')
    const updated = await lockedAs(winonly, newer, leaf)
    expect(names(updated)).toEqual(['leaf 1.0', 'plain 2.0'])
    expect(new Set(index.requests.slice(before).map((path) => path.split('/')[2]))).toEqual(
      new Set(['plain']),
    )
    const anew = await readLock(context, options({ cache: createTextCache() }))
    expect(updated.packages).toEqual(anew.packages)

    // Another hash is another lock, and is held against the index.
    await expect(lockedAs(winonly, newer, hashed('leaf==1.0', 'changed'))).rejects.toThrow(
      'hashes do not match: there is no file with a hash that requirements.txt lists, of\n  leaf 1.0',
    )
  })

  it('says of which packages no file matches', async () => {
    const context = await createProjectFolder({
      'requirements.txt':
        `--index-url ${index.url}\n` +
        hashed('plain==1.0', 'changed') +
        hashed('leaf==1.5', 'leaf-1.5-py3-none-any.whl') +
        hashed('source==1.0', 'changed'),
    })
    await expect(readLock(context, options())).rejects.toThrow(
      'hashes do not match: there is no file with a hash that requirements.txt lists, of\n  plain 1.0\n  source 1.0',
    )
  })

  it('knows the wheels for other Pythons and systems, so that native code is known as such', async () => {
    const all = files
      .filter(({ filename }) => filename.startsWith('compiled'))
      .map(({ filename }) => filename)
    const context = await createProjectFolder({
      'requirements.txt': `--index-url ${index.url}\n${hashed('compiled==1.0', ...all)}`,
    })
    const arm = createTarget({ platform: { os: 'linux', architecture: 'arm64' } })
    const { packages } = await readLock(context, options({ target: arm }))
    expect(packages[0]?.wheels).toHaveLength(3)
    expect(planWheels(packages, arm).sources).toMatchObject([{ code: 'native' }])
  })

  it('checks what comes from an address too', async () => {
    const wheel = createWheel('thing', '1.0')
    const other = await startIndex([wheel])
    const zeros = '0'.repeat(64)
    const at = other.fileUrl(wheel)
    const read = async (text: string): Promise<Lock> =>
      readLock(await createProjectFolder({ 'requirements.txt': text }), options())
    for (const good of [`thing @ ${at} --hash=sha256:${wheel.sha256}`, `${at}#sha256=${wheel.sha256}`]) {
      expect(await read(good)).toMatchObject({
        frozen: true,
        packages: [{ name: 'thing', direct: 'archive' }],
      })
    }
    for (const bad of [`thing @ ${at} --hash=sha256:${zeros}`, `${at} --hash=sha256:${zeros}`]) {
      await expect(read(bad)).rejects.toThrow(/hashes do not match.*thing 1\.0/s)
    }
    await other.close()
  })

  it('keeps to the formats that are asked for', async () => {
    const both = hashed('plain==1.0', 'plain-1.0-py3-none-any.whl', 'plain-1.0.tar.gz')
    const read = async (option: string): Promise<Lock> =>
      readLock(
        await createProjectFolder({ 'requirements.txt': `-i ${index.url}\n${option}\n${both}` }),
        options(),
      )
    expect((await read('--no-binary plain')).packages).toMatchObject([{ wheels: [], sdist: {} }])
    expect((await read('--only-binary :all:')).packages).toMatchObject([{ wheels: [{}], sdist: undefined }])
  })

  it('needs neither uv nor an index when nothing has changed', async () => {
    const context = await createProjectFolder({
      'requirements.txt': `--index-url ${index.url}\n${hashed('leaf==1.5', 'leaf-1.5-py3-none-any.whl')}`,
    })
    const cache = createTextCache()
    const first = await readLock(context, options({ cache }))
    await index.close()
    const without = options({ cache, uv: () => Promise.reject(new Error('uv was asked for')) })
    expect(await readLock(context, without)).toEqual(first)
    await writeFile(join(context, 'requirements.txt'), hashed('leaf==1.0', 'leaf-1.0-py3-none-any.whl'))
    await expect(readLock(context, without)).rejects.toThrow('uv was asked for')
  })

  it('must have them everywhere', async () => {
    const context = await createProjectFolder({
      'requirements.txt': `${hashed('leaf==1.5', 'x')}plain\nsource==1.0\n`,
    })
    await expect(readLock(context, options())).rejects.toThrow(
      /requirements\.txt:2: plain\n {2}requirements\.txt:3: source==1\.0$/,
    )
  })
})

describe('requirements.txt without hashes', () => {
  it('is resolved with all that it needs, and said to be not frozen', async () => {
    const context = await createProjectFolder({
      'requirements.txt': `-i ${index.url}\nplain>=2\n-r more/extra.txt\n-c constraints.txt\n`,
      'more/extra.txt': 'compiled\n',
      'constraints.txt': 'leaf<1.5\nsource==7\n',
    })
    const lock = await readLock(context, options())
    expect(lock.frozen).toBe(false)
    expect(names(lock)).toEqual(['compiled 1.0', 'leaf 1.0', 'plain 2.0'])
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain('requirements.txt is not frozen')
  })

  it('resolves what local trees need, and leaves the trees to be built', async () => {
    const context = await createProjectFolder({
      'requirements.txt': `-i ${index.url}\n-e ./library[more]\n`,
      'library/pyproject.toml':
        '[project]\nname = "library"\nversion = "1"\ndependencies = ["plain==1.0"]\n' +
        '[project.optional-dependencies]\nmore = ["leaf==1.0"]\n',
    })
    expect(names(await readLock(context, options()))).toEqual(['leaf 1.0', 'plain 1.0'])
    expect((await readProject(context, { extras: [], groups: [] })).localPackages).toEqual([
      { name: 'library', path: 'library' },
    ])
  })

  it('says what uv says when there is no solution', async () => {
    const context = await createProjectFolder({ 'requirements.txt': `-i ${index.url}\nplain==9\n` })
    const failure = await caught(readLock(context, options()))
    expect(failure.message).toContain('uv cannot resolve requirements.txt')
    expect(failure.message).toContain('plain==9')
  })

  it('never shows credentials of an index', async () => {
    const closed = await startSimpleIndex(files, { password: 's3cret' })
    const withUser = (password: string): string => closed.url.replace('//', `//reader:${password}@`)
    const good = await createProjectFolder({ 'requirements.txt': `-i ${withUser('s3cret')}\nleaf\n` })
    const lock = await readLock(good, options())
    expect(names(lock)).toEqual(['leaf 1.5'])
    expect(JSON.stringify(lock)).not.toContain('s3cret')
    const bad = await createProjectFolder({ 'requirements.txt': `-i ${withUser('wr0ng')}\nleaf\n` })
    const failure = await caught(readLock(bad, options()))
    expect(failure.message).toContain('leaf')
    expect(failure.message).not.toContain('wr0ng')
    await closed.close()
  })

  it('has nothing when it lists nothing', async () => {
    const context = await createProjectFolder({ 'requirements.txt': '# nothing yet\n' })
    expect(await readLock(context, options())).toMatchObject({ packages: [], frozen: true })
  })
})

describe('files of requirements', () => {
  it.each([
    [{ 'requirements.txt': 'x==1\n-r missing.txt\n' }, 'requirements.txt:2: missing.txt does not exist'],
    [
      { 'requirements.txt': '-r a/b.txt\n', 'a/b.txt': '\n-c ../requirements.txt\n' },
      'a/b.txt:2: requirements files include each other: requirements.txt → a/b.txt → requirements.txt',
    ],
    [
      { 'requirements.txt': '-r https://example.invalid/r.txt' },
      'requirements.txt:1: an included file must be a file',
    ],
    [{ 'requirements.txt': '-r .\n' }, 'requirements.txt:1:  cannot be read'],
  ])('are refused with their place: %j', async (tree, message) => {
    const context = await createProjectFolder(tree)
    await expect(readLock(context, options())).rejects.toThrow(message)
  })

  it('have no groups and extras', async () => {
    const context = await createProjectFolder({ 'requirements.txt': 'x==1\n' })
    await expect(readLock(context, options({ groups: ['dev'] }))).rejects.toThrow(
      'no groups or extras to choose: dev',
    )
  })
})

async function caught(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw new Error('no Failure')
  return error
}

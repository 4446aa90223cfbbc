import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../../src/failure.ts'
import { run, toolText } from '../../../src/host/process.ts'
import { readLock, type LockOptions } from '../../../src/host/project/read-lock.ts'
import { readProject } from '../../../src/host/project/read-project.ts'
import { findUv, type Uv } from '../../../src/host/uv/find.ts'
import type { Lock } from '../../../src/project/lock.ts'
import { createProjectFolder, createTarget, createTextCache } from '../../fixtures/project.ts'
import { startSimpleIndex, type SimpleIndex } from '../../fixtures/simple-index.ts'
import { createWheel } from '../../fixtures/wheel.ts'

let temporary: string
let uv: Uv
let index: SimpleIndex
let env: Record<string, string | undefined>
let notes: string[]
/** Locked once; each test works on a copy. */
let workspace: string

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'uv-lock-'))
  uv = await findUv(temporary)
  env = { ...process.env, UV_CACHE_DIR: join(temporary, 'cache') }
  const names = [
    'web',
    'posix-only',
    'old-python',
    'six',
    'speed',
    'pretty',
    'checker',
    'docs',
    'leaf',
    'numpy',
  ]
  index = await startSimpleIndex([
    ...names.map((name) => ({ filename: `${name.replace('-', '_')}-1.0-py3-none-any.whl` })),
    { filename: 'web-2.0-py3-none-any.whl', requires: ['leaf'] },
    { filename: 'numpy-2.0-py3-none-any.whl', requiresPython: '>=3.12' },
  ])
  workspace = await createWorkspace()
  await lock(workspace)
})
afterAll(async () => {
  await index.close()
  await rm(temporary, { recursive: true, force: true })
})
beforeEach(() => {
  notes = []
})

async function createWorkspace(): Promise<string> {
  const folder = await createProjectFolder({
    'pyproject.toml': `
[project]
name = "shop"
version = "1.0"
requires-python = "~=3.10"
dependencies = [
  "Web >= 1.0, < 3, != 1.5",
  "posix_only ; os_name == 'posix' and python_version in '3.9 3.10 3.13'",
  "old-python (==1.*) ; python_version < '3.12'",
  "speed ; platform_machine == 'x86_64' or platform_machine=='AMD64'",
  "numpy<2 ; python_version<'3.12'",
  "numpy>=2.0.0 ; python_version>='3.12'",
  "library",
  "from-git @ git+file://GIT@v1",
  "from-path",
  "built",
]
[project.optional-dependencies]
Pretty_Print = ["pretty; implementation_name == 'cpython'"]
all = ["shop[pretty-print]", "six>=1"]
[project.scripts]
shop = "shop:main"
[dependency-groups]
dev = ["checker", { include-group = "docs" }]
docs = ["docs ; sys_platform != 'win32'"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.uv.sources]
library = { workspace = true }
from-path = { path = "wheels/from_path-1.0-py3-none-any.whl" }
built = { path = "trees/built", editable = true }
six = [{ index = "local", marker = "sys_platform == 'linux'" }]
[tool.uv.workspace]
members = ["members/*"]
exclude = ["members/not"]
[[tool.uv.index]]
name = "local"
url = "${index.url}"
default = true
`,
    'shop/__init__.py': '',
    'members/library/pyproject.toml': `
[project]
name = "library"
version = "0.1"
requires-python = ">=3.9"
dependencies = ["six", "posix-only; sys_platform=='linux'"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
`,
    'members/tool/pyproject.toml': '[project]\nname = "tool"\nversion = "0.1"\ndependencies = ["library"]\n',
    'members/not/readme.txt': '',
    'trees/built/pyproject.toml': '[project]\nname = "built"\nversion = "3"\ndependencies = ["leaf"]\n',
  })
  const repository = await createProjectFolder({
    'pyproject.toml': '[project]\nname = "from-git"\nversion = "1"\ndependencies = []\n',
  })
  const git = ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid']
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...git, 'commit', '-qm', 'x'],
    ['tag', 'v1'],
  ]) {
    await run('git', args, { cwd: repository })
  }
  const path = join(folder, 'pyproject.toml')
  const library = '[tool.uv.sources]\nlibrary = { workspace = true }\n'
  await writeFile(path, (await readFile(path, 'utf8')).replace('GIT', repository))
  const tool = join(folder, 'members/tool/pyproject.toml')
  await writeFile(tool, (await readFile(tool, 'utf8')) + library)
  const { bytes, filename } = createWheel('from_path', '1.0')
  await run('mkdir', ['-p', join(folder, 'wheels')])
  await writeFile(join(folder, 'wheels', filename), bytes)
  return folder
}

async function lock(folder: string): Promise<void> {
  const { code, stderr } = await run(uv.path, ['lock', '--quiet', '--python', 'python3'], {
    cwd: folder,
    env,
  })
  if (code !== 0) throw new Error(toolText(stderr))
}

async function copy(): Promise<string> {
  const folder = await mkdtemp(join(temporary, 'copy-'))
  await cp(workspace, folder, { recursive: true })
  return folder
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (change(text) === text) throw new Error('the edit changes nothing')
  await writeFile(path, change(text))
}

function options(overrides: Partial<LockOptions> = {}): LockOptions {
  return {
    groups: [],
    extras: [],
    target: createTarget(),
    uv: () => Promise.resolve(uv),
    note: (text) => notes.push(text),
    env,
    ...overrides,
  }
}

const names = (found: Lock): readonly string[] =>
  found.packages.map((p) => `${p.name} ${p.version ?? ''}`.trim())

describe('uv.lock', () => {
  it('gives what applies to the target, without what is built from source trees beside it', async () => {
    const found = await readLock(workspace, options())
    expect(found).toMatchObject({ kind: 'uv', path: 'uv.lock', frozen: true, requiresPython: '>=3.10, <4' })
    expect(names(found)).toEqual([
      'from-git 1',
      'from-path 1.0',
      'leaf 1.0',
      'numpy 2.0',
      'posix-only 1.0',
      'six 1.0',
      'speed 1.0',
      'web 2.0',
    ])
    expect(found.packages.find((p) => p.name === 'from-git')?.direct).toBe('vcs')
    expect(found.packages.find((p) => p.name === 'from-path')?.wheels).toMatchObject([
      { path: 'wheels/from_path-1.0-py3-none-any.whl' },
    ])
  })

  it('follows Python and platform', async () => {
    const arm = createTarget({ full: '3.11.4', platform: { os: 'linux', architecture: 'arm64' } })
    expect(names(await readLock(workspace, options({ target: arm })))).toEqual([
      'from-git 1',
      'from-path 1.0',
      'leaf 1.0',
      'numpy 1.0',
      'old-python 1.0',
      'posix-only 1.0',
      'six 1.0',
      'web 2.0',
    ])
  })

  it('takes groups and extras, and no default groups', async () => {
    const found = await readLock(workspace, options({ groups: ['dev'], extras: ['all'] }))
    expect(names(found)).toEqual(expect.arrayContaining(['checker 1.0', 'docs 1.0', 'pretty 1.0', 'six 1.0']))
  })

  it('is found from a member of the workspace', async () => {
    const member = join(workspace, 'members/tool')
    const found = await readLock(member, options())
    expect(found.path).toBe('../../uv.lock')
    expect(names(found)).toEqual(['posix-only 1.0', 'six 1.0'])
    expect((await readProject(member, { extras: [], groups: [] })).localPackages).toEqual([
      { name: 'library', path: '../library' },
    ])
  })

  it('needs no uv when nothing has changed', async () => {
    const cache = createTextCache()
    const first = await readLock(workspace, options({ cache, groups: ['docs'] }))
    const without = options({
      cache,
      groups: ['docs'],
      uv: () => Promise.reject(new Error('uv was asked for')),
    })
    expect(await readLock(workspace, without)).toEqual(first)
    await expect(readLock(workspace, { ...without, groups: [] })).rejects.toThrow('uv was asked for')
  })

  it('says what there is for an unknown extra or group', async () => {
    const extra = readLock(workspace, options({ extras: ['nope'] }))
    await expect(extra).rejects.toMatchObject({ kind: 'usage', hint: 'it has: all, pretty-print' })
    await expect(extra).rejects.toThrow('the project has no extra "nope"')
    const group = readLock(workspace, options({ groups: ['test'] }))
    await expect(group).rejects.toMatchObject({ hint: 'it has: dev, docs' })
  })

  it('tells of other locks that it does not read', async () => {
    const folder = await copy()
    await writeFile(join(folder, 'requirements.txt'), 'x\n')
    await readLock(folder, options())
    expect(notes).toEqual(['uv.lock is the lock; requirements.txt not read'])
  })

  it('describes the project', async () => {
    expect(await readProject(workspace, { extras: ['all'], groups: ['docs'] })).toMatchObject({
      name: 'shop',
      version: '1.0',
      requiresPython: '~=3.10',
      requirements: expect.arrayContaining([
        'library',
        'six>=1',
        "pretty; implementation_name == 'cpython'",
        "docs ; sys_platform != 'win32'",
      ]) as unknown,
      scripts: ['shop'],
      localPackages: [
        { name: 'shop', path: '.' },
        { name: 'built', path: 'trees/built' },
        { name: 'library', path: 'members/library' },
      ],
    })
  })
})

describe('a stale uv.lock', () => {
  const root = 'pyproject.toml'
  const member = 'members/library/pyproject.toml'
  it.each([
    ['a new dependency', root, '"library",', '"library", "leaf",', 'pyproject.toml: leaf is new'],
    ['one less', root, '"built",', '', 'pyproject.toml: built was removed'],
    ['another range', root, '< 3', '< 4', 'pyproject.toml: web was changed'],
    ['another marker', root, "'3.9 3.10 3.13'", "'3.9 3.10'", 'pyproject.toml: posix-only was changed'],
    [
      'another half of a pair',
      root,
      "numpy>=2.0.0 ; python_version>='3.12'",
      "numpy>=2 ; python_version>='3.13'",
      'numpy was changed',
    ],
    [
      'another extra',
      root,
      'all = ["shop[pretty-print]", ',
      'more = ["leaf"]\nall = [',
      'pyproject.toml: leaf is new',
    ],
    ['a renamed extra', root, 'Pretty_Print =', 'print =', 'pyproject.toml: extra pretty-print was removed'],
    ['a group', root, '["checker", ', '[', 'pyproject.toml (group dev): checker was removed'],
    ['a source', root, 'from-path = {', 'unused = {', 'pyproject.toml: from-path was changed'],
    ['another revision', root, '@v1"', '@v2"', 'pyproject.toml: from-git was changed'],
    [
      'another range of Python',
      root,
      '~=3.10',
      '~=3.11',
      'requires-python is ~=3.11 and >=3.9, and was >=3.10, <4',
    ],
    ['a member', member, '"six"', '"six", "leaf"', 'members/library/pyproject.toml: leaf is new'],
    ['the name', root, 'name = "shop"', 'name = "store"', 'pyproject.toml: store is not in the lock'],
  ])('is noticed: %s', async (_, file, from, to, message) => {
    const folder = await copy()
    await edit(join(folder, file), (text) => text.replace(from, to))
    const failure = await caught(readLock(folder, options()))
    expect(failure).toMatchObject({ kind: 'usage', hint: 'lock again with: uv lock' })
    expect(failure.message).toMatch(/^uv\.lock is stale:\n/)
    expect(failure.message).toContain(message)
  })

  it.each([
    ['spelling of names', '"Web >= 1.0, < 3, != 1.5"', '"wEB!=1.5,>=1.0.0,<3"'],
    ['spelling of markers', "python_version<'3.12'", "'3.12' > python_full_version"],
    ['order', '"checker", { include-group = "docs" }', '{ include-group = "docs" }, "checker"'],
    ['the version of the project', 'version = "1.0"', 'version = "1.1"'],
    ['scripts and comments', '[project.scripts]', '[project.scripts] # more\nother = "shop:other"'],
  ])('is not seen in %s', async (_, from, to) => {
    const folder = await copy()
    await edit(join(folder, root), (text) => text.replace(from, to))
    expect((await readLock(folder, options())).packages.length).toBeGreaterThan(5)
  })

  it('is noticed when a member is gone', async () => {
    const folder = await copy()
    await rm(join(folder, 'trees'), { recursive: true })
    await expect(readLock(folder, options())).rejects.toThrow(
      'built was in trees/built, and is not there now',
    )
  })
})

async function caught(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw new Error(`no Failure but ${String(error)}`)
  return error
}

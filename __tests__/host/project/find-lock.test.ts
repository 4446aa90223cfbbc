import { describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { Failure } from '../../../src/failure.ts'
import { findLock } from '../../../src/host/project/find-lock.ts'
import { readLock } from '../../../src/host/project/read-lock.ts'
import { readProject } from '../../../src/host/project/read-project.ts'
import { createProjectFolder, createTarget } from '../../fixtures/project.ts'

const uvLock = 'version = 1\nrequires-python = ">=3.10"\n'
const none = { extras: [], groups: [] }

describe('findLock', () => {
  it.each([
    [['uv.lock', 'pylock.toml', 'requirements.txt'], 'uv.lock', ['pylock.toml', 'requirements.txt']],
    [['pylock.toml', 'pylock.dev.toml'], 'pylock.toml', ['pylock.dev.toml']],
    [['pylock.image.toml', 'requirements.txt'], 'pylock.image.toml', ['requirements.txt']],
    [['requirements.txt', 'poetry.lock'], 'requirements.txt', []],
    [['requirements.txt', 'pylock.a.b.toml'], 'requirements.txt', []],
  ])('of %j takes %s', async (names, expected, others) => {
    const context = await createProjectFolder(Object.fromEntries(names.map((name) => [name, ''])))
    expect(await findLock(context)).toMatchObject({ shown: expected, path: join(context, expected), others })
  })

  it('wants a name for the image among several pylock files', async () => {
    const context = await createProjectFolder({ 'pylock.a.toml': '', 'pylock.b.toml': '' })
    await expect(findLock(context)).rejects.toThrow(
      'several locks and no pylock.toml: pylock.a.toml, pylock.b.toml',
    )
  })

  it('finds the lock of the workspace that a folder is a member of', async () => {
    const root = await createProjectFolder({
      'pyproject.toml': '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/out"]\n',
      'uv.lock': uvLock,
      'packages/in/pyproject.toml': '[project]\nname = "in"\n',
      'packages/in/requirements.txt': '',
      'packages/out/pyproject.toml': '[project]\nname = "out"\n',
      'elsewhere/pyproject.toml': '[project]\nname = "elsewhere"\n',
    })
    expect(await findLock(join(root, 'packages/in'))).toMatchObject({
      shown: '../../uv.lock',
      others: ['requirements.txt'],
    })
    await expect(findLock(join(root, 'packages/out'))).rejects.toThrow('no uv.lock')
    await expect(findLock(join(root, 'elsewhere'))).rejects.toThrow('no uv.lock')
  })

  it.each([
    [
      { 'pyproject.toml': '' },
      'no uv.lock, pylock.toml or requirements.txt in ',
      'lock the dependencies with: uv lock',
    ],
    [
      {},
      'no uv.lock, pylock.toml or requirements.txt in ',
      'write pyproject.toml and run uv lock, or write a requirements.txt',
    ],
    [{ 'poetry.lock': '' }, 'poetry.lock is a lock that cannot be read here', 'poetry export'],
    [{ 'pdm.lock': '' }, 'pdm.lock is a lock that cannot be read here', 'pdm export'],
    [{ 'Pipfile.lock': '' }, 'Pipfile.lock is a lock that cannot be read here', 'pipenv requirements --hash'],
  ])('says what to do without one: %j', async (files, message, hint) => {
    const failing = findLock(await createProjectFolder(files))
    await expect(failing).rejects.toBeInstanceOf(Failure)
    await expect(failing).rejects.toThrow(message)
    await expect(failing).rejects.toHaveProperty('hint', expect.stringContaining(hint))
  })

  it('says which folder is not there', async () => {
    await expect(findLock('/no/such/folder')).rejects.toThrow(
      "the project's folder /no/such/folder cannot be read",
    )
  })
})

describe('broken files', () => {
  const uv = () => Promise.reject(new Error('uv was asked for'))
  it.each([
    [{ 'uv.lock': 'version = ' }, 'uv.lock:1:'],
    [{ 'uv.lock': 'version = 2\n' }, 'uv.lock: version 2 of the lock format is not known'],
    [{ 'uv.lock': uvLock }, 'uv.lock is there without the pyproject.toml that it locks'],
    [{ 'uv.lock': uvLock, 'pyproject.toml': '[project]\nname="a"\n[' }, 'pyproject.toml:3:'],
    [
      { 'uv.lock': uvLock, 'pyproject.toml': '[project]\nname="a"\n' },
      'pyproject.toml: a is not in the lock',
    ],
    [{ 'uv.lock': `${uvLock}[[package]]\n` }, 'uv.lock: package[0].name must be there, and a string'],
    [{ 'uv.lock': '<<<<<<< HEAD\n' }, 'uv.lock:1:'],
    [{ 'pylock.toml': '\0' }, 'pylock.toml:1:'],
  ])('are named with the place: %j', async (files, message) => {
    const context = await createProjectFolder(files)
    await expect(readLock(context, { ...none, target: createTarget(), uv })).rejects.toThrow(message)
  })
})

describe('pylock.toml', () => {
  const text = `lock-version = "1.0"
created-by = "a tool"
requires-python = ">=3.9"
extras = ["fast"]
dependency-groups = ["docs"]
default-groups = ["main"]
[[packages]]
name = "base"
version = "1"
marker = "'main' in dependency_groups"
wheels = [{ path = "./wheels/base-1-py3-none-any.whl", hashes = {} }]
[[packages]]
name = "speed"
version = "1"
marker = "'fast' in extras"
wheels = [{ url = "https://example.invalid/speed-1-py3-none-any.whl", hashes = {} }]
[[packages]]
name = "theme"
version = "1"
marker = "'docs' in dependency_groups and python_version >= '3.12'"
wheels = [{ url = "https://example.invalid/theme-1-py3-none-any.whl", hashes = {} }]
[[packages]]
name = "itself"
directory = { path = "." }
[[packages]]
name = "library"
directory = { path = "libs/library", editable = true }
`
  const uv = () => Promise.reject(new Error('uv was asked for'))

  it('needs no tool; extras and groups are chosen by its markers', async () => {
    const context = await createProjectFolder({ 'pylock.toml': text })
    const names = async (chosen: { extras: string[]; groups: string[] }, full = '3.13.5') =>
      (await readLock(context, { ...chosen, target: createTarget({ full }), uv })).packages.map((p) => p.name)
    expect(await names(none)).toEqual(['base'])
    expect(await names({ extras: ['fast'], groups: ['docs'] })).toEqual(['base', 'speed', 'theme'])
    expect(await names({ extras: [], groups: ['docs'] }, '3.11.2')).toEqual(['base'])
    await expect(names({ extras: ['slow'], groups: [] })).rejects.toThrow('the project has no extra "slow"')
    const lock = await readLock(context, { ...none, target: undefined, uv })
    expect(lock).toMatchObject({ kind: 'pylock', frozen: true, requiresPython: '>=3.9' })
    expect(lock.packages[0]?.wheels[0]?.path).toBe('wheels/base-1-py3-none-any.whl')
  })

  it('must be made for the environment, where it says for which it is', async () => {
    const context = await createProjectFolder({
      'pylock.toml': text.replace('extras =', `environments = ["python_version == '3.12'"]\nextras =`),
    })
    const read = (full: string) => readLock(context, { ...none, target: createTarget({ full }), uv })
    expect((await read('3.12.4')).packages).toHaveLength(1)
    await expect(read('3.13.5')).rejects.toThrow('pylock.toml was not made for Python 3.13.5 on linux/amd64')
  })

  it('names the source trees that belong in the image', async () => {
    const context = await createProjectFolder({
      'pylock.toml': text,
      'pyproject.toml': '[project]\nname = "it.self"\n',
    })
    expect(await readProject(context, none)).toMatchObject({
      name: 'it.self',
      localPackages: [
        { name: 'itself', path: '.' },
        { name: 'library', path: 'libs/library' },
      ],
    })
  })

  it('must not have two versions that apply', async () => {
    const twice = `${text}[[packages]]\nname = "Base"\nversion = "2"\nwheels = [{ url = "https://x.invalid/base-2-py3-none-any.whl" }]\n`
    const context = await createProjectFolder({ 'pylock.toml': twice })
    await expect(readLock(context, { ...none, target: createTarget(), uv })).rejects.toThrow(
      'pylock.toml: both base 1 and 2 apply',
    )
  })
})

import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import type { LockedPackage } from '../../src/project/lock.ts'
import { parsePylock, renderPylock, withPaths } from '../../src/project/pylock.ts'

const hash = 'a'.repeat(64)
const text = `
lock-version = "1.0"
created-by = "a tool"
requires-python = ">=3.10"
extras = ["fast"]
dependency-groups = ["docs"]
default-groups = ["main"]

[[packages]]
name = "Web.Thing"
version = "1.0"
marker = "'fast' in extras"
requires-python = ">=3.9"
index = "https://example.invalid/simple"
sdist = { name = "web_thing-1.0.tar.gz", url = "https://example.invalid/x", upload-time = 2024-02-02T16:31:22Z, size = 12, hashes = { sha256 = "${hash}" } }
wheels = [
  { url = "https://example.invalid/web%5Fthing-1.0-py3-none-any.whl#x", hashes = { sha256 = "${hash}" } },
  { path = "wheels/web_thing-1.0-cp313-cp313-linux_x86_64.whl", hashes = {} },
]

[[packages]]
name = "repository"
vcs = { type = "git", url = "https://example.invalid/r", commit-id = "${'b'.repeat(40)}" }

[[packages]]
name = "archived"
archive = { path = "../archived-2.zip", hashes = { sha256 = "${hash}" } }

[[packages]]
name = "wheeled"
archive = { url = "https://example.invalid/wheeled-2-py3-none-any.whl", hashes = { sha256 = "${hash}" } }

[[packages]]
name = "tree"
marker = "sys_platform == 'linux'"
directory = { path = "./tree", editable = true }
`

describe('parsePylock', () => {
  it('reads each kind of package', () => {
    const lock = parsePylock(text)
    expect(lock).toMatchObject({
      requiresPython: '>=3.10',
      extras: ['fast'],
      dependencyGroups: ['docs'],
      defaultGroups: ['main'],
      directories: [{ name: 'tree', path: './tree', marker: "sys_platform == 'linux'" }],
    })
    const [web, repository, archived, wheeled] = lock.packages
    expect(web).toMatchObject({
      name: 'web-thing',
      version: '1.0',
      marker: "'fast' in extras",
      requiresPython: '>=3.9',
      direct: undefined,
      sdist: { filename: 'web_thing-1.0.tar.gz', size: 12, hashes: { sha256: hash } },
    })
    expect(web?.wheels.map((wheel) => wheel.filename)).toEqual([
      'web_thing-1.0-py3-none-any.whl',
      'web_thing-1.0-cp313-cp313-linux_x86_64.whl',
    ])
    expect(repository).toMatchObject({ direct: 'vcs', wheels: [], sdist: undefined, version: undefined })
    expect(archived).toMatchObject({ direct: 'archive', wheels: [], sdist: { filename: 'archived-2.zip' } })
    expect(wheeled).toMatchObject({ direct: 'archive', sdist: undefined })
    expect(wheeled?.wheels).toHaveLength(1)
  })

  it.each([
    ['', 'pylock.toml: lock-version must be there'],
    ['lock-version = "2.0"', 'pylock.toml: lock-version 2.0 is not known'],
    ['lock-version = "1.0"\npackages = 1', 'pylock.toml: packages must be a list'],
    ['lock-version = "1.0"\npackages = [1]', 'pylock.toml: packages[0] must be a table'],
    [
      'lock-version = "1.0"\n[[packages]]\nversion = "1"',
      'pylock.toml: packages[0].name must be there, and a string',
    ],
    ['lock-version = "1.0"\n[[packages]]\nname = "a"', 'pylock.toml: package a has no source at all'],
    [
      'lock-version = "1.0"\n[[packages]]\nname = "a"\nwheels = [{}]',
      'pylock.toml: packages[0].wheels[0].url must be',
    ],
    [
      'lock-version = "1.0"\n[[packages]]\nname = "a"\nsdist = { name = "x", hashes = { sha256 = 1 } }',
      'pylock.toml: packages[0].sdist.hashes.sha256 must be',
    ],
    ['lock-version = ', 'pylock.toml:1:'],
  ])('refuses %j', (broken, message) => {
    expect(() => parsePylock(broken)).toThrow(Failure)
    expect(() => parsePylock(broken)).toThrow(message)
  })
})

describe('renderPylock', () => {
  const { packages } = parsePylock(text)

  it('writes what it read, without what is evaluated already', () => {
    const again = parsePylock(renderPylock(packages))
    expect(again.requiresPython).toBeUndefined()
    expect(again.packages.map(withoutTable)).toEqual(
      packages.map((one) => ({ ...withoutTable(one), marker: undefined, requiresPython: undefined })),
    )
    expect(renderPylock(packages)).toContain('2024-02-02T16:31:22')
  })

  it('keeps markers when it is to', () => {
    const [web] = parsePylock(renderPylock(packages, { keepMarkers: true })).packages
    expect(web?.marker).toBe("'fast' in extras")
  })

  it('moves the paths of files, and only those', () => {
    const moved = parsePylock(renderPylock(packages, { path: (path) => `/base/${path}` })).packages
    expect(moved.flatMap((p) => [...p.wheels, ...(p.sdist ? [p.sdist] : [])].map((f) => f.path))).toEqual([
      undefined,
      '/base/wheels/web_thing-1.0-cp313-cp313-linux_x86_64.whl',
      undefined,
      '/base/../archived-2.zip',
      undefined,
    ])
    expect(withPaths(packages, (path) => `/base/${path}`).map((p) => p.wheels)).toEqual(
      moved.map((p) => p.wheels),
    )
  })
})

function withoutTable(locked: LockedPackage): object {
  return Object.fromEntries(Object.entries(locked).filter(([key]) => key !== 'table'))
}

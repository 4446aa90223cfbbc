import { describe, expect, it } from '@jest/globals'
import { parsePyproject, type Pyproject } from '../../src/project/pyproject.ts'
import { staleness } from '../../src/project/staleness.ts'
import { localPackages, parseUvLock } from '../../src/project/uv-lock.ts'
import { createMarkerEnvironment } from '../fixtures/project.ts'

const text = `
version = 1
revision = 3
requires-python = ">=3.10"
[manifest]
members = ["app", "lib", "plugin"]

[[package]]
name = "app"
version = "1"
source = { editable = "." }
dependencies = [
  { name = "lib" },
  { name = "web", extra = ["fast"] },
  { name = "winlib", marker = "sys_platform == 'win32'" },
]
[package.optional-dependencies]
plug = [{ name = "plugin" }]
[package.dev-dependencies]
dev = [{ name = "tool" }]
[package.metadata]
requires-dist = [
  { name = "lib", editable = "lib" },
  { name = "plugin", marker = "extra == 'plug'", virtual = "plugin" },
  { name = "web", extras = ["fast"], specifier = ">=1,<2" },
  { name = "winlib", marker = "sys_platform == 'win32'", directory = "winlib" },
]
provides-extras = ["plug"]
[package.metadata.requires-dev]
dev = [{ name = "tool", directory = "tool" }]

[[package]]
name = "lib"
version = "1"
source = { editable = "lib" }
dependencies = [{ name = "deep" }]
[package.metadata]
requires-dist = [{ name = "deep", directory = "deep" }]
[[package]]
name = "deep"
source = { directory = "deep" }
[[package]]
name = "plugin"
version = "1"
source = { virtual = "plugin" }
[[package]]
name = "tool"
version = "1"
source = { directory = "tool" }
[[package]]
name = "winlib"
version = "1"
source = { directory = "winlib" }
[[package]]
name = "web"
version = "1.5"
source = { registry = "https://example.invalid/simple" }
dependencies = [{ name = "app" }]
`
const lock = parseUvLock(text)

describe('localPackages', () => {
  const linux = [createMarkerEnvironment()]
  const paths = (from: string, chosen: { extras?: string[]; groups?: string[] } = {}, environments = linux) =>
    localPackages(lock, from, { extras: [], groups: [], ...chosen }, environments).map(({ path }) => path)

  it('reaches what the project needs, and not what is virtual', () => {
    expect(paths('.')).toEqual(['.', 'lib', 'deep'])
    expect(paths('lib')).toEqual(['lib', 'deep'])
    expect(paths('plugin')).toEqual([])
  })

  it('follows extras, groups and markers', () => {
    expect(paths('.', { groups: ['dev'] })).toContain('tool')
    expect(paths('.', { extras: ['Plug'] })).toEqual(['.', 'lib', 'deep'])
    const windows = [createMarkerEnvironment({ sys_platform: 'win32' })]
    expect(paths('.', {}, windows)).toContain('winlib')
  })
})

describe('staleness', () => {
  const app = `[project]
name = "app"
requires-python = ">=3.10"
dependencies = ["lib", "web[fast]>=1,<2", "winlib ; sys_platform == 'win32'"]
[project.optional-dependencies]
plug = ["plugin"]
[dependency-groups]
dev = ["tool"]
[tool.uv.sources]
lib = { workspace = true }
plugin = { workspace = true }
winlib = { path = "winlib" }
tool = { path = "tool" }
`
  const lib =
    '[project]\nname = "lib"\ndependencies = ["deep"]\n[tool.uv.sources]\ndeep = { path = "../deep" }\n'
  const reasons = (change: (text: string) => string = (same) => same): readonly string[] => {
    const bare = (name: string): Pyproject => parsePyproject(`[project]\nname = "${name}"\n`)
    const pyprojects = new Map<string, Pyproject | undefined>([
      ['.', parsePyproject(change(app))],
      ['lib', parsePyproject(lib, 'lib/pyproject.toml')],
      ['deep', undefined],
      ['plugin', bare('plugin')],
      ['tool', bare('tool')],
      ['winlib', bare('winlib')],
    ])
    return staleness(pyprojects, lock)
  }

  it('finds nothing where nothing has changed', () => {
    expect(reasons()).toEqual([])
  })

  it.each([
    ['web[fast]>=1,<2', 'web[fast] < 2.0, >= 1.0', []],
    ['web[fast]>=1,<2', 'web>=1,<2', ['web was changed']],
    ['web[fast]>=1,<2', 'web[fast]>=1', ['web was changed']],
    ['"lib", ', '"lib", "lib>=1",', []],
    ["; sys_platform == 'win32'", "; os_name == 'nt'", []],
    ["; sys_platform == 'win32'", "; sys_platform == 'win32' and python_version >= '3.10'", []],
    [
      "; sys_platform == 'win32'",
      "; sys_platform == 'win32' and python_version >= '3.11'",
      ['winlib was changed'],
    ],
    ["; sys_platform == 'win32'", "; sys_platform == 'darwin'", ['winlib was changed']],
    ['lib = { workspace = true }', 'lib = { url = "https://x.invalid/lib.whl" }', ['lib was changed']],
    [
      'plug = ["plugin"]',
      'plug = ["plugin"]\nmore = ["app[plug]"]',
      ['plugin was changed', 'extra more is new'],
    ],
    ['plug = ["plugin"]', 'plug = ["plugin", "app"]', []],
    ['>=3.10"', '>=3.10.0"', []],
    ['>=3.10"', '>=3.10,<3.15"', ['requires-python is >=3.10,<3.15, and was >=3.10']],
  ])('%s → %s', (from, to, expected) => {
    const found = reasons((before) => {
      expect(before).toContain(from)
      return before.replace(from, to)
    })
    expect(found).toHaveLength(expected.length)
    for (const [i, part] of expected.entries()) expect(found[i]).toContain(part)
  })

  it('does not read what a build decides', () => {
    const dynamic = (before: string): string =>
      before.replace('dependencies = ["lib"', 'dynamic = ["dependencies"]\nclassifiers = ["lib"')
    expect(reasons(dynamic)).toEqual([])
  })

  it('does not give sources of the root to a package that is no member', () => {
    const outside = parseUvLock(
      text
        .replace('"lib", "plugin"]', '"plugin"]')
        .replace('{ name = "deep", directory = "deep" }', '{ name = "web" }'),
    )
    const pyprojects = new Map<string, Pyproject | undefined>([
      [
        '.',
        parsePyproject(
          app.replace('lib = {', 'web = { path = "web" }\nlib = {').replace('"web[fast]>=1,<2", ', ''),
        ),
      ],
      ['lib', parsePyproject('[project]\nname = "lib"\ndependencies = ["web"]\n')],
      ...['deep', 'plugin', 'tool', 'winlib'].map((path) => [path, undefined] as const),
    ])
    expect(staleness(pyprojects, outside)).toEqual(['pyproject.toml: web was removed'])
  })
})

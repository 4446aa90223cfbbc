import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { extraRequirements, isPackage, parsePyproject } from '../../src/project/pyproject.ts'

describe('parsePyproject', () => {
  it('reads what decides an environment', () => {
    const pyproject = parsePyproject(`
[project]
name = "Shop"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["web", "shop-library"]
dynamic = ["readme"]
[project.optional-dependencies]
A_b = ["one"]
all = ["shop[a.b]", "two"]
[project.scripts]
zeta = "shop:z"
alpha = "shop:a"
[dependency-groups]
"Dev.Tools" = ["checker", { include-group = "lint" }]
lint = ["linter", { include-group = "base" }]
base = ["linter"]
[build-system]
requires = ["hatchling"]
[tool.uv]
default-groups = ["lint"]
dev-dependencies = ["old-style"]
[tool.uv.sources]
Shop_Library = { workspace = true }
two = [{ index = "a", marker = "sys_platform == 'linux'" }, { index = "b" }]
[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/no"]
[tool.other]
`)
    expect(pyproject).toMatchObject({
      name: 'Shop',
      version: '1.0',
      requiresPython: '>=3.10',
      dependencies: ['web', 'shop-library'],
      scripts: ['zeta', 'alpha'],
      dynamic: ['readme'],
      buildSystem: true,
      tools: ['uv', 'other'],
      uv: {
        package: undefined,
        defaultGroups: ['lint'],
        workspaceMembers: ['packages/*'],
        workspaceExclude: ['packages/no'],
      },
    })
    expect(Object.fromEntries(pyproject.optionalDependencies)).toEqual({
      'a-b': ['one'],
      all: ['shop[a.b]', 'two'],
    })
    expect(Object.fromEntries(pyproject.dependencyGroups)).toEqual({
      'dev-tools': ['checker', 'linter'],
      lint: ['linter'],
      base: ['linter'],
      dev: ['old-style'],
    })
    expect([...pyproject.uv.sources.keys()]).toEqual(['shop-library', 'two'])
    expect(extraRequirements(pyproject, ['all'])).toEqual(['two', 'one'])
  })

  it('follows extras that include each other to the end', () => {
    const text = '[project]\nname="a"\n[project.optional-dependencies]\nx=["a[y]","one"]\ny=["a[x]","two"]\n'
    expect(extraRequirements(parsePyproject(text), ['x'])).toEqual(['one', 'two'])
  })

  it.each([
    ['[project]\nname = "a', 'pyproject.toml:2:'],
    ['[project]\nversion = "1"', 'pyproject.toml: project.name must be there, and a string'],
    ['[project]\nname = 1', 'pyproject.toml: project.name must be a string'],
    ['project = 3', 'pyproject.toml: project must be a table'],
    [
      '[project]\nname = "a"\ndependencies = "b"',
      'pyproject.toml: project.dependencies must be a list of strings',
    ],
    [
      '[project]\nname = "a"\n[project.optional-dependencies]\nx = [1]',
      'pyproject.toml: project.optional-dependencies.x must be a list of strings',
    ],
    ['[tool.uv.sources]\na = 1', 'pyproject.toml: tool.uv.sources.a must be a list'],
    [
      '[dependency-groups]\na = [{ include-group = "b" }]',
      'pyproject.toml: dependency group b is included, and does not exist',
    ],
    [
      '[dependency-groups]\na = [{ include-group = "b" }]\nb = [{ include-group = "A" }]',
      'pyproject.toml: dependency groups include each other: a → b → a',
    ],
    ['[dependency-groups]\na = [1]', 'pyproject.toml: dependency-groups.a must hold requirements'],
    ['[dependency-groups]\nA-b = []\na_B = []', 'pyproject.toml: dependency group a-b is there twice'],
  ])('refuses %j', (text, message) => {
    expect(() => parsePyproject(text)).toThrow(Failure)
    expect(() => parsePyproject(text)).toThrow(message)
  })

  it('refuses what is nested too deeply', () => {
    expect(() => parsePyproject(`a = ${'['.repeat(100_000)}`)).toThrow(Failure)
    expect(() => parsePyproject(`a${'.a'.repeat(100_000)} = 1`)).not.toThrow(RangeError)
  })

  it('does not take a key of every object for one of the file', () => {
    expect(parsePyproject('').tools).toEqual([])
    const constructor = parsePyproject(
      '[project]\nname = "a"\n[project.optional-dependencies]\nconstructor = ["b"]',
    )
    expect([...constructor.optionalDependencies.keys()]).toEqual(['constructor'])
  })
})

describe('isPackage', () => {
  const project = '[project]\nname = "a"\n'
  it.each([
    [project, false],
    [`${project}[build-system]\nrequires = []`, true],
    [`${project}[build-system]\nrequires = []\n[tool.uv]\npackage = false`, false],
    [`${project}[tool.uv]\npackage = true`, true],
    ['[build-system]\nrequires = []', false],
    ['[tool.poetry]\nname = "a"\n[build-system]\nrequires = []', true],
    ['[tool.poetry]\nname = "a"\npackage-mode = false\n[build-system]\nrequires = []', false],
  ])('%j: %s', (text, expected) => {
    expect(isPackage(parsePyproject(text))).toBe(expected)
  })
})

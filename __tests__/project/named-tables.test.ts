import { describe, expect, it } from '@jest/globals'
import { directNames } from '../../src/project/direct.ts'
import { pipfileRequirements } from '../../src/project/named-tables.ts'
import { parsePyproject } from '../../src/project/pyproject.ts'

const poetry = (text: string): ReturnType<typeof parsePyproject>['poetry'] => parsePyproject(text).poetry

describe('what Poetry and Pipenv require', () => {
  it('is named by the keys of tables, with groups', () => {
    const found = poetry(`
[tool.poetry.dependencies]
python = "^3.11"
Flask = "^3.0"
uvicorn = { version = ">=0.30", extras = ["standard"] }
numpy = [{ version = "1.26", python = "<3.12" }, { version = "2", python = ">=3.12", extras = ["x"] }]
here = { path = "../here", develop = true }
[tool.poetry.dev-dependencies]
mypy = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.group.Docs]
optional = true
[tool.poetry.group.Docs.dependencies]
mkdocs = "*"
[tool.poetry.group.empty]
`)
    expect(found?.dependencies).toEqual(['Flask', 'uvicorn[standard]', 'numpy[x]', 'here'])
    expect([...(found?.groups ?? [])]).toEqual([
      ['dev', ['pytest', 'mypy']],
      ['docs', ['mkdocs']],
      ['empty', []],
    ])
    expect(poetry('[tool.poetry]\npackage-mode = false\n')).toMatchObject({
      dependencies: [],
      packageMode: false,
    })
    expect(() => poetry('[tool.poetry]\ndependencies = ["a"]\n')).toThrow(
      'pyproject.toml: tool.poetry.dependencies must be a table',
    )
  })

  it('is named by the keys of all categories of a Pipfile', () => {
    const names = pipfileRequirements(`
[[source]]
url = "https://index.example/simple"
name = "main"
[packages]
Django = "==5.1"
celery = { version = "*", extras = ["redis", "redis"] }
"odd.name" = "*"
[dev-packages]
pytest = "*"
[prereleases]
x = "*"
[requires]
python_version = "3.13"
[scripts]
serve = "python -m web"
[pipenv]
allow_prereleases = true
`)
    expect(names).toEqual(['Django', 'celery[redis]', 'odd.name', 'pytest', 'x'])
    expect([...(directNames({ requirements: names }) ?? [])]).toContain('odd-name')
    expect(() => pipfileRequirements('packages = [')).toThrow('Pipfile:1')
  })
})

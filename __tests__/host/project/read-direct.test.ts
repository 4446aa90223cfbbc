import { describe, expect, it } from '@jest/globals'
import { readDirectRequirements } from '../../../src/host/project/read-direct.ts'
import { readProject } from '../../../src/host/project/read-project.ts'
import { createProjectFolder } from '../../fixtures/project.ts'

async function read(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return readDirectRequirements(await createProjectFolder(files))
}

const group = '[dependency-groups]\ndev = ["pytest"]\n'
const poetry = '[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3"\n'

describe('what a project requires itself', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'its pyproject.toml, with groups and extras',
      {
        'pyproject.toml': `[project]\nname = "a"\ndependencies = ["web"]\n[project.optional-dependencies]\nx = ["y"]\n${group}`,
      },
      ['web', 'y', 'pytest'],
    ],
    [
      "Poetry's tables, without a lock that can be read",
      { 'pyproject.toml': `${poetry}[tool.poetry.group.dev.dependencies]\nmypy = "*"\n`, 'poetry.lock': '' },
      ['flask', 'mypy'],
    ],
    [
      'a Pipfile, beside a pyproject.toml that has settings alone',
      { 'pyproject.toml': '[tool.black]\n', Pipfile: '[packages]\ndjango = "*"\n', 'Pipfile.lock': '{}' },
      ['django'],
    ],
    [
      'a requirements.txt, with the groups of a pyproject.toml that has no more',
      { 'pyproject.toml': group, 'requirements.txt': 'six\n' },
      ['six', 'pytest'],
    ],
  ])('is read from %s', async (_, files, names) => {
    expect(await read(files)).toEqual(names)
  })

  it('is not known of a project that says nothing, and nothing of one that only has a Dockerfile', async () => {
    expect(await read({ Dockerfile: 'FROM scratch' })).toEqual([])
    await expect(read({ Dockerfile: 'FROM scratch', 'requirements.txt': '=' })).rejects.toThrow(
      'requirements',
    )
    await expect(read({ 'app.py': '' })).rejects.toThrow('no uv.lock, pylock.toml or requirements.txt')
  })

  it('is what a build takes of Poetry where it has an exported lock', async () => {
    const hash = `--hash=sha256:${'a'.repeat(64)}`
    const folder = await createProjectFolder({
      'pyproject.toml': `${poetry}[tool.poetry.group.ops.dependencies]\ngunicorn = "*"\n`,
      'requirements.txt': `flask==3.0 ${hash}\nwerkzeug==3.0 ${hash}\n`,
    })
    expect((await readProject(folder, { groups: [], extras: [] })).requirements).toEqual(['flask'])
    const { requirements } = await readProject(folder, { groups: ['ops'], extras: [] })
    expect(requirements).toEqual(['flask', 'gunicorn'])
  })
})

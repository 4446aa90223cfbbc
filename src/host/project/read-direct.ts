import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipfileRequirements } from '../../project/named-tables.ts'
import type { Pyproject } from '../../project/pyproject.ts'
import { readIfThere, readPyproject } from './find-lock.ts'
import { dockerfileNames } from './read-dockerfile.ts'
import { readProject } from './read-project.ts'

/**
 * What a project requires itself, in all its groups and extras, since nothing tells which of them an image was made
 * with: of pyproject.toml and Pipfile as they are, of other projects as `readProject` finds it. Throws Failure as that does.
 */
export async function readDirectRequirements(context: string): Promise<readonly string[]> {
  const pyproject = await readPyproject(context)
  const pipfile = await readIfThere(join(context, 'Pipfile'))
  const main = pyproject ? [...pyproject.dependencies, ...(pyproject.poetry?.dependencies ?? [])] : []
  const named = [...main, ...(pipfile === undefined ? [] : pipfileRequirements(pipfile))]
  const optional = pyproject ? optionalRequirements(pyproject) : []
  if (named.length > 0) return [...new Set([...named, ...optional])]
  const names = await readdir(context).catch((): string[] => [])
  const isSaid = names.some((name) => /^(?:uv\.lock|pylock\..*|requirements\.(?:txt|in))$/.test(name))
  // What only has a Dockerfile says where its image began, and no more.
  if (!isSaid && dockerfileNames.some((name) => names.includes(name))) return optional
  const { requirements } = await readProject(context, { groups: [], extras: [] })
  return [...new Set([...requirements, ...optional])]
}

function optionalRequirements(pyproject: Pyproject): readonly string[] {
  const { optionalDependencies, dependencyGroups, poetry } = pyproject
  const groups = [optionalDependencies, dependencyGroups, ...(poetry ? [poetry.groups] : [])]
  return groups.flatMap((one) => [...one.values()].flat())
}

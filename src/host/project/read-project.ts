import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { markerApplies, type MarkerEnvironment } from '../../project/markers.ts'
import { packageName, type PackageName } from '../../project/name.ts'
import type { LocalPackage, Project } from '../../project/project.ts'
import { choosePylock, parsePylock } from '../../project/pylock.ts'
import { extraRequirements, isPackage, type Pyproject } from '../../project/pyproject.ts'
import { isFrozen } from '../../project/requirements.ts'
import type { Chosen } from '../../project/select.ts'
import { markerEnvironment } from '../../project/target.ts'
import { localPackages, parseUvLock } from '../../project/uv-lock.ts'
import { findLock, readIfThere, readPyproject, type FoundLock } from './find-lock.ts'
import { readRequirements, type Requirements } from './requirements-files.ts'

/** The project in a folder, as its pyproject.toml and its lock describe it. Throws Failure for a broken file. */
export async function readProject(
  context: string,
  chosen: Chosen,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Project> {
  const found = await findLock(context)
  const pyproject = await readPyproject(context)
  const listed = found.kind === 'requirements' ? await readRequirements(context, found.shown, env) : undefined
  return {
    name: pyproject?.name ?? pyproject?.poetry?.name ?? basename(resolve(context)),
    version: pyproject?.version,
    requiresPython: pyproject?.requiresPython,
    requirements: await requirementsOf(context, pyproject, listed, chosen, env),
    scripts: pyproject?.scripts ?? [],
    localPackages: await localPackagesOf(context, found, pyproject, listed, chosen),
  }
}

/** Those of pyproject.toml; without any, those of requirements.in, or of a requirements.txt that no tool wrote. */
async function requirementsOf(
  context: string,
  pyproject: Pyproject | undefined,
  listed: Requirements | undefined,
  chosen: Chosen,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const declared = pyproject ? declaredRequirements(pyproject, chosen) : []
  if (declared.length > 0 || listed === undefined) return declared
  const written = await readIfThere(join(context, 'requirements.in'))
  const { items } = written === undefined ? listed : await readRequirements(context, 'requirements.in', env)
  if (written === undefined && isFrozen(items)) return []
  return items.flatMap((item) => (item.kind === 'named' ? [item.text] : []))
}

function declaredRequirements(pyproject: Pyproject, chosen: Chosen): readonly string[] {
  const { dependencies, dependencyGroups, poetry } = pyproject
  const groups = chosen.groups
    .map(packageName)
    .flatMap((name) => [...(dependencyGroups.get(name) ?? []), ...(poetry?.groups.get(name) ?? [])])
  const main = [...dependencies, ...(poetry?.dependencies ?? [])]
  return [...new Set([...main, ...extraRequirements(pyproject, chosen.extras), ...groups])]
}

async function localPackagesOf(
  context: string,
  found: FoundLock,
  pyproject: Pyproject | undefined,
  listed: Requirements | undefined,
  chosen: Chosen,
): Promise<readonly LocalPackage[]> {
  const lockFolder = dirname(found.path)
  const fromContext = (path: string): string => relative(context, resolve(lockFolder, path)) || '.'
  const environments = possibleEnvironments(chosen)
  if (found.kind === 'uv') {
    const lock = parseUvLock(found.text, found.shown)
    return localPackages(lock, relative(lockFolder, context) || '.', chosen, environments).map((local) => ({
      ...local,
      path: fromContext(local.path),
    }))
  }
  const itself = pyproject && isPackage(pyproject) ? [{ name: ownName(context, pyproject), path: '.' }] : []
  const named =
    listed === undefined
      ? pylockDirectories(found, chosen, environments, fromContext)
      : await listedTrees(context, listed, environments)
  const all = [...itself, ...named]
  return all.filter((local, i) => all.findIndex((other) => other.path === local.path) === i)
}

/** Source trees that a requirements file names: `-e .`, `./library`. */
async function listedTrees(
  context: string,
  listed: Requirements,
  environments: readonly MarkerEnvironment[],
): Promise<readonly LocalPackage[]> {
  const trees = listed.items.filter((item) => item.kind === 'local')
  const applying = trees.filter(({ marker }) => environments.some((env) => markerApplies(marker, env)))
  return Promise.all(
    applying.map(async ({ path, place }) => {
      const folder = resolve(context, path)
      const shown = relative(context, folder) || '.'
      const names = await readdir(folder).catch((cause: unknown) => {
        throw new Failure('usage', `${place}: ${shown} is not a folder that can be read`, { cause })
      })
      if (!names.some((name) => ['pyproject.toml', 'setup.py'].includes(name))) {
        throw new Failure('usage', `${place}: ${shown} has no pyproject.toml and no setup.py`)
      }
      const inner = await readPyproject(folder, join(shown, 'pyproject.toml'))
      return { name: ownName(folder, inner), path: shown }
    }),
  )
}

function ownName(folder: string, pyproject: Pyproject | undefined): PackageName {
  return packageName(pyproject?.name ?? pyproject?.poetry?.name ?? basename(resolve(folder)))
}

function pylockDirectories(
  found: FoundLock,
  chosen: Chosen,
  environments: readonly MarkerEnvironment[],
  fromContext: (path: string) => string,
): readonly LocalPackage[] {
  return choosePylock(parsePylock(found.text, found.shown), chosen)
    .directories.filter(({ marker }) => environments.some((env) => markerApplies(marker, env)))
    .map(({ name, path }) => ({ name: packageName(name), path: fromContext(path) }))
}

/** Local packages are chosen before the image's Python is known: what applies to any Linux image is taken. */
function possibleEnvironments(chosen: Chosen): readonly MarkerEnvironment[] {
  return ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'].flatMap((minor) =>
    ['amd64', 'arm64'].map((architecture) =>
      markerEnvironment(
        {
          platform: { os: 'linux', architecture },
          python: { minor, full: `${minor}.9` },
          libc: { kind: 'glibc', version: '2.36' },
        },
        chosen,
      ),
    ),
  )
}

import { basename, dirname, join, relative, resolve } from 'node:path'
import { markerEnvironment } from '../../project/target.ts'
import { packageName } from '../../project/name.ts'
import type { LocalPackage, Project } from '../../project/project.ts'
import { parsePylock } from '../../project/pylock.ts'
import { extraRequirements, isPackage, type Pyproject } from '../../project/pyproject.ts'
import { markerApplies, type MarkerEnvironment } from '../../project/markers.ts'
import type { Chosen } from '../../project/select.ts'
import { localPackages, parseUvLock } from '../../project/uv-lock.ts'
import { findLock, readPyproject, type FoundLock } from './find-lock.ts'

/** The project in a folder, as its pyproject.toml and its lock describe it. Throws Failure for a broken file. */
export async function readProject(context: string, chosen: Chosen): Promise<Project> {
  const found = await findLock(context)
  const pyproject = await readPyproject(context)
  return {
    name: pyproject?.name ?? pyproject?.poetry?.name ?? basename(resolve(context)),
    version: pyproject?.version,
    requiresPython: pyproject?.requiresPython,
    requirements: pyproject ? requirementsOf(pyproject, chosen) : [],
    scripts: pyproject?.scripts ?? [],
    localPackages: localPackagesOf(context, found, pyproject, chosen),
  }
}

function requirementsOf(pyproject: Pyproject, chosen: Chosen): readonly string[] {
  const groups = chosen.groups.flatMap((name) => pyproject.dependencyGroups.get(packageName(name)) ?? [])
  return [...new Set([...pyproject.dependencies, ...extraRequirements(pyproject, chosen.extras), ...groups])]
}

function localPackagesOf(
  context: string,
  found: FoundLock,
  pyproject: Pyproject | undefined,
  chosen: Chosen,
): readonly LocalPackage[] {
  const lockFolder = dirname(found.path)
  const fromContext = (path: string): string => relative(context, join(lockFolder, path)) || '.'
  const environments = possibleEnvironments(chosen)
  if (found.kind === 'uv') {
    const lock = parseUvLock(found.text, found.shown)
    return localPackages(lock, relative(lockFolder, context) || '.', chosen, environments).map((local) => ({
      ...local,
      path: fromContext(local.path),
    }))
  }
  const itself =
    pyproject && isPackage(pyproject)
      ? [
          {
            name: packageName(pyproject.name ?? pyproject.poetry?.name ?? basename(resolve(context))),
            path: '.',
          },
        ]
      : []
  const named = found.kind === 'pylock' ? pylockDirectories(found, environments, fromContext) : []
  return [...itself, ...named.filter((local) => !itself.some((own) => own.path === local.path))]
}

function pylockDirectories(
  found: FoundLock,
  environments: readonly MarkerEnvironment[],
  fromContext: (path: string) => string,
): readonly LocalPackage[] {
  return parsePylock(found.text, found.shown)
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

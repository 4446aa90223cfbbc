import { Failure } from '../failure.ts'
import { formatPlatform } from '../image/platform.ts'
import type { Lock, LockedPackage } from './lock.ts'
import { markerApplies, type MarkerEnvironment } from './markers.ts'
import { packageName } from './name.ts'
import type { Pyproject } from './pyproject.ts'
import { markerEnvironment, type Target } from './target.ts'

/** Extras of the project and dependency groups that belong in the image. */
export interface Chosen {
  readonly extras: readonly string[]
  readonly groups: readonly string[]
}

/** A lock with the packages that apply to a target; throws Failure for a lock that was not made for it. */
export function lockFor(target: Target, lock: Lock, chosen: Chosen): Lock {
  const environment = markerEnvironment(target, chosen)
  const { environments = [] } = lock
  if (environments.length > 0 && !environments.some((marker) => markerApplies(marker, environment))) {
    const platform = formatPlatform(target.platform)
    throw new Failure('usage', `${lock.path} was not made for Python ${target.python.full} on ${platform}`, {
      hint: `it is for: ${environments.join(', or ')}`,
    })
  }
  return { ...lock, packages: selectPackages(lock.packages, environment, lock.path) }
}

/**
 * The packages whose markers hold in an environment, without the markers. Two of one name are an error (PEP 751):
 * the lock is then not made for this environment.
 */
export function selectPackages(
  packages: readonly LockedPackage[],
  environment: MarkerEnvironment,
  file: string,
): readonly LockedPackage[] {
  const selected = packages
    .filter((locked) => markerApplies(locked.marker, environment))
    .map((locked) => ({ ...locked, marker: undefined }))
  const seen = new Map<string, LockedPackage>()
  for (const locked of selected) {
    const other = seen.get(locked.name)
    if (other) {
      const [a, b] = [other, locked].map((one) => one.version ?? 'without a version')
      throw new Failure('usage', `${file}: both ${locked.name} ${a ?? ''} and ${b ?? ''} apply`, {
        hint: 'lock again; where extras or groups exclude each other, choose one of them',
      })
    }
    seen.set(locked.name, locked)
  }
  return selected
}

/** Throws Failure for an extra or a group that the project does not have, with those that it has. */
export function checkChosen(chosen: Chosen, pyproject: Pyproject | undefined): void {
  checkNames('extra', chosen.extras, [...(pyproject?.optionalDependencies.keys() ?? [])])
  checkNames('group', chosen.groups, [...(pyproject?.dependencyGroups.keys() ?? [])])
}

export function checkNames(
  kind: 'extra' | 'group',
  names: readonly string[],
  known: readonly string[],
): void {
  for (const name of names) {
    if (known.some((one) => packageName(one) === packageName(name))) continue
    const title = kind === 'extra' ? 'extra' : 'dependency group'
    throw new Failure('usage', `the project has no ${title} ${JSON.stringify(name)}`, {
      hint: known.length === 0 ? `it has no ${title}s at all` : `it has: ${[...known].sort().join(', ')}`,
    })
  }
}

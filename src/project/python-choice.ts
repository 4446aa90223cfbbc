import { Failure } from '../failure.ts'
import type { Platform } from '../image/platform.ts'
import type { LockedPackage } from './lock.ts'
import { markerApplies } from './markers.ts'
import { wheelChooser } from './tags.ts'
import { markerEnvironment, type Target } from './target.ts'
import type { Chosen } from './select.ts'
import { satisfiesSpecifier } from './version.ts'

/** Python versions that there are base images of, oldest first. */
export const supportedPythons: readonly string[] = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14']

/**
 * The newest Python that every `requiresPython` allows and for which each locked package that has wheels has one
 * that fits; packages which are only source, or have wheels for no Python here, do not count. Without such a Python
 * the one with the fewest packages in the way, the newest of those. Throws Failure when none is allowed at all.
 */
export function newestPython(
  requiresPython: readonly (string | undefined)[],
  packages: readonly LockedPackage[],
  platforms: readonly Platform[],
  chosen: Chosen = { extras: [], groups: [] },
  minors: readonly string[] = supportedPythons,
): string {
  const ranges = requiresPython.filter((range) => range !== undefined)
  const allowed = minors.filter((minor) => ranges.every((range) => allowsMinor(range, minor))).reverse()
  if (allowed.length === 0) {
    throw new Failure(
      'usage',
      `requires-python ${ranges.join(' and ')} allows none of ${minors.join(', ')}`,
      {
        hint: 'name a base image with the Python that the project needs',
      },
    )
  }
  const missing = new Map(allowed.map((minor) => [minor, new Set<string>()]))
  for (const platform of platforms) {
    for (const minor of allowed) {
      for (const name of withoutWheel(packages, typicalTarget(minor, platform), chosen)) {
        missing.get(minor)?.add(`${platform.architecture} ${name}`)
      }
    }
  }
  // What no Python has a wheel of stands in the way of none.
  const counts = allowed.map((minor) => {
    const names = [...(missing.get(minor) ?? [])]
    return names.filter((name) => !allowed.every((other) => missing.get(other)?.has(name))).length
  })
  return allowed[counts.indexOf(Math.min(...counts))] ?? ''
}

/** Whether some patch version of a Python is in the range. */
export function allowsMinor(range: string, minor: string): boolean {
  return Array.from({ length: 31 }, (_, patch) => `${minor}.${patch}`).some((v) =>
    satisfiesSpecifier(v, range),
  )
}

function withoutWheel(packages: readonly LockedPackage[], target: Target, chosen: Chosen): readonly string[] {
  const choose = wheelChooser(target)
  const environment = markerEnvironment(target, chosen)
  return packages
    .filter(
      (p) => p.wheels.length > 0 && markerApplies(p.marker, environment) && choose(p.wheels) === undefined,
    )
    .map((p) => p.name)
}

/** The official image, whose patch version is the newest there is and thus not known here. */
function typicalTarget(minor: string, platform: Platform): Target {
  return { platform, python: { minor, full: `${minor}.20` }, libc: { kind: 'glibc', version: '2.36' } }
}

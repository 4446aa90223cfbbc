import { Failure } from '../failure.ts'
import { formatPlatform } from '../image/platform.ts'
import type { LockedFile, LockedPackage } from './lock.ts'
import { wheelChooser } from './tags.ts'
import type { Target } from './target.ts'
import { satisfiesSpecifier } from './version.ts'
import { isPlatformWheel, parseWheelName } from './wheel.ts'

/** How each of the packages that apply gets onto a target. */
export interface WheelPlan {
  readonly wheels: readonly { readonly package: LockedPackage; readonly wheel: LockedFile }[]
  /** Only a source fits. */
  readonly sources: readonly SourcePackage[]
  /** Nothing fits: wheels for other targets, and no source. */
  readonly unfit: readonly LockedPackage[]
  /** The package does not allow this Python. */
  readonly refused: readonly LockedPackage[]
}

export interface SourcePackage {
  readonly package: LockedPackage
  /**
   * `native`: the lock lists wheels for other platforms or Pythons, so there is compiled code in it. `unknown`: there
   * are no wheels to learn from, a build tells.
   */
  readonly code: 'native' | 'unknown'
}

/** Sorts packages by what there is for a target; all of them are taken to apply. */
export function planWheels(packages: readonly LockedPackage[], target: Target): WheelPlan {
  const choose = wheelChooser(target)
  const allows = pythonAllowed(target)
  const wheels: { package: LockedPackage; wheel: LockedFile }[] = []
  const sources: SourcePackage[] = []
  const unfit: LockedPackage[] = []
  const refused: LockedPackage[] = []
  for (const locked of packages) {
    const wheel = choose(locked.wheels)
    if (!allows(locked.requiresPython)) refused.push(locked)
    else if (wheel !== undefined) wheels.push({ package: locked, wheel })
    else if (locked.sdist === undefined && locked.direct !== 'vcs') unfit.push(locked)
    else sources.push({ package: locked, code: hasPlatformWheel(locked) ? 'native' : 'unknown' })
  }
  return { wheels, sources, unfit, refused }
}

/** Whether a `requires-python` takes the target's Python: most packages of a lock ask for one of a few. */
function pythonAllowed({ python }: Target): (requiresPython: string | undefined) => boolean {
  const known = new Map<string, boolean>()
  return (requiresPython) => {
    if (requiresPython === undefined) return true
    const allowed = known.get(requiresPython) ?? satisfiesSpecifier(python.full, requiresPython)
    known.set(requiresPython, allowed)
    return allowed
  }
}

/**
 * Throws one Failure that lists every package which cannot be installed without compiling in the image, and what
 * would help: another Python or a base with another libc, where the lock has wheels for it.
 */
export function checkWheels(packages: readonly LockedPackage[], target: Target): WheelPlan {
  const plan = planWheels(packages, target)
  const lines = problems(plan)
  if (lines.length === 0) return plan
  throw new Failure('build', `${describe(target)} cannot have these packages:\n${lines.join('\n')}`, {
    hint: remedy(packages, target),
  })
}

function problems(plan: WheelPlan): readonly string[] {
  const line = (locked: LockedPackage, why: string): string =>
    `  ${locked.name}${locked.version === undefined ? '' : ` ${locked.version}`}: ${why}`
  return [
    ...plan.refused.map((p) => line(p, `requires Python ${p.requiresPython ?? ''}`)),
    ...plan.unfit.map((p) => line(p, `no wheel fits, and the lock has no source of it (${offers(p)})`)),
    ...plan.sources
      .filter(({ code }) => code === 'native')
      .map(({ package: p }) => line(p, `no wheel fits, and its source has code to compile (${offers(p)})`)),
  ]
}

/** What the wheels of a package are for, shortly. */
function offers(locked: LockedPackage): string {
  const names = locked.wheels.flatMap(({ filename }) => parseWheelName(filename) ?? [])
  const list = (values: readonly string[]): string => {
    const unique = [...new Set(values)]
    return unique.slice(0, 6).join(', ') + (unique.length > 6 ? ', …' : '')
  }
  const systems = names.flatMap(({ platforms }) =>
    platforms.map((p) => p.replace(/^([a-z]+)(?:\d.*?|_[\d_]+)?(_[a-z].*)?$/, '$1$2')),
  )
  return names.length === 0
    ? 'no wheels'
    : `wheels for ${list(names.flatMap((n) => n.pythons))} on ${list(systems)}`
}

function remedy(packages: readonly LockedPackage[], target: Target): string {
  const minors = ['3.14', '3.13', '3.12', '3.11', '3.10', '3.9'].filter(
    (minor) => minor !== target.python.minor,
  )
  const works = (other: Target): boolean => problems(planWheels(packages, other)).length === 0
  const withPython = (minor: string, from: Target): Target => ({
    ...from,
    python: { minor, full: `${minor}.20` },
  })
  const helped = minors.find((minor) => works(withPython(minor, target)))
  if (target.libc.kind === 'musl') {
    const glibc: Target = { ...target, libc: { kind: 'glibc', version: '2.36' } }
    if (works(glibc)) return `take a base with glibc, for example python:${target.python.minor}-slim`
    const both = minors.find((minor) => works(withPython(minor, glibc)))
    if (helped === undefined && both !== undefined)
      return `take a base with glibc and Python ${both}: python:${both}-slim`
  }
  if (helped !== undefined)
    return `take a base with Python ${helped}: the lock has wheels of all packages for it`
  return 'lock versions that have wheels for this Python and platform, or take another base'
}

function describe(target: Target): string {
  return `Python ${target.python.full} on ${formatPlatform(target.platform)} (${target.libc.kind} ${target.libc.version})`
}

function hasPlatformWheel(locked: LockedPackage): boolean {
  return locked.wheels.some(({ filename }) => {
    const wheel = parseWheelName(filename)
    return wheel !== undefined && isPlatformWheel(wheel)
  })
}

import type { Marker, MarkerEnvironment, MarkerVariable } from './markers.ts'
import { isVersion, satisfiesSpecifier } from './version.ts'

/** Values that go together on one system: a marker over two of them is simplified with that in mind. */
const systems: readonly Pick<MarkerEnvironment, 'os_name' | 'sys_platform' | 'platform_system'>[] = [
  { os_name: 'posix', sys_platform: 'linux', platform_system: 'Linux' },
  { os_name: 'posix', sys_platform: 'darwin', platform_system: 'Darwin' },
  { os_name: 'nt', sys_platform: 'win32', platform_system: 'Windows' },
]

const implementations = [
  { implementation_name: 'cpython', platform_python_implementation: 'CPython' },
  { implementation_name: 'pypy', platform_python_implementation: 'PyPy' },
]

const most = 3_000

/**
 * Environments that tell markers apart: around each version that they name, and one for each value that they name,
 * within a range of Pythons. Two markers that agree on all of them are taken to mean the same.
 */
export function sampleEnvironments(
  markers: readonly Marker[],
  requiresPython: string | undefined,
): readonly MarkerEnvironment[] {
  const literals = collect(markers)
  const has = (...names: readonly MarkerVariable[]): boolean => names.some((name) => literals.has(name))
  const allowed = pythonSamples(literals).filter(
    (version) => requiresPython === undefined || satisfiesSpecifier(version, requiresPython),
  )
  const usesPython = has('python_version', 'python_full_version', 'implementation_version')
  const pythons = (usesPython ? allowed : allowed.slice(-1)).map((full) => ({
    python_full_version: full,
    implementation_version: full,
    python_version: full.split('.').slice(0, 2).join('.'),
  }))
  const usesImplementation = has('implementation_name', 'platform_python_implementation')
  return product(
    pythons,
    has('os_name', 'sys_platform', 'platform_system') ? [...systems, ...namedSystems(literals)] : [{}],
    usesImplementation ? implementations : [{}],
    has('platform_machine') ? values(literals, 'platform_machine') : [{}],
    has('platform_release') ? values(literals, 'platform_release') : [{}],
  ).map((parts) => Object.assign({ ...base }, ...parts) as MarkerEnvironment)
}

type Literals = ReadonlyMap<MarkerVariable, ReadonlySet<string>>

function values(literals: Literals, name: MarkerVariable): readonly object[] {
  return [...(literals.get(name) ?? []), 'another'].map((value) => ({ [name]: value }))
}

/** Systems that a marker names beside the usual ones. */
function namedSystems(literals: Literals): readonly object[] {
  const names = [...(literals.get('sys_platform') ?? []), ...(literals.get('platform_system') ?? [])]
  return names
    .filter(
      (name) => !systems.some((s) => s.sys_platform === name.toLowerCase() || s.platform_system === name),
    )
    .map((name) => ({ os_name: 'posix', sys_platform: name.toLowerCase(), platform_system: name }))
}

const base: MarkerEnvironment = {
  implementation_name: 'cpython',
  implementation_version: '',
  os_name: 'posix',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  platform_release: '',
  platform_system: 'Linux',
  platform_version: '',
  python_full_version: '',
  python_version: '',
  sys_platform: 'linux',
  extra: '',
  extras: [],
  dependency_groups: [],
}

function collect(markers: readonly Marker[]): Literals {
  const found = new Map<MarkerVariable, Set<string>>()
  const visit = (marker: Marker): void => {
    if (marker.kind !== 'compare') {
      visit(marker.left)
      visit(marker.right)
      return
    }
    const { left, right } = marker
    const variable = left.kind === 'variable' ? left : right.kind === 'variable' ? right : undefined
    const literal = left.kind === 'literal' ? left : right.kind === 'literal' ? right : undefined
    if (variable === undefined || literal === undefined) return
    const values = found.get(variable.name) ?? new Set()
    values.add(literal.value)
    found.set(variable.name, values)
  }
  for (const marker of markers) visit(marker)
  return found
}

/** Each version that is named, the patch and the minor before and after it, and one of each Python in use. */
function pythonSamples(literals: Literals): readonly string[] {
  const named = (['python_version', 'python_full_version', 'implementation_version'] as const)
    .flatMap((name) => [...(literals.get(name) ?? [])])
    .flatMap((text) => text.split(/[\s,]+/))
    .map((text) => text.replace(/\.\*$/, ''))
    .filter(isVersion)
  const around = named.flatMap((text) => {
    const [major = 3, minor = 0, patch] = text.split('.').map((part) => parseInt(part, 10) || 0)
    const patches = patch === undefined ? [0, 1] : [Math.max(0, patch - 1), patch, patch + 1]
    return [
      `${major}.${Math.max(0, minor - 1)}.9`,
      ...patches.map((p) => `${major}.${minor}.${p}`),
      `${major}.${minor + 1}.0`,
    ]
  })
  const usual = Array.from({ length: 10 }, (_, i) => `3.${8 + i}.5`)
  return [...new Set([...around, ...usual])]
}

/** All combinations, or evenly spread ones of them when they are too many. */
function product(...lists: readonly (readonly object[])[]): readonly (readonly object[])[] {
  const total = lists.reduce((n, list) => n * list.length, 1)
  const step = Math.max(1, Math.ceil(total / most))
  const found: (readonly object[])[] = []
  for (let n = 0; n < total; n += step) {
    let rest = n
    found.push(
      lists.map((list) => {
        const item = list[rest % list.length] ?? {}
        rest = Math.floor(rest / list.length)
        return item
      }),
    )
  }
  return found
}

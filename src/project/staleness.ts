import { evaluateMarker, parseMarker, type Marker, type MarkerEnvironment } from './markers.ts'
import { sampleEnvironments } from './marker-samples.ts'
import { packageName, type PackageName } from './name.ts'
import type { Pyproject } from './pyproject.ts'
import { supportedPythons } from './python-choice.ts'
import { parseRequirement } from './requirement.ts'
import { declaredSources, lockedRequirement, type Declared } from './uv-sources.ts'
import type { UvLock, UvPackage, UvRequirement } from './uv-lock.ts'
import { normalSpecifier, satisfiesSpecifier } from './version.ts'

/**
 * What a uv.lock was made for and pyproject.toml no longer says, one sentence each; empty: it is up to date. `uv
 * export --frozen` does not look, and `uv lock --check` wants the network. Compared are requirements, extras, groups,
 * sources and requires-python, by meaning: uv writes specifiers and markers in its own way.
 * `pyprojects` are those of the local packages, by their path relative to the lock's folder; the root's is `.`. A
 * folder without one has undefined, a folder that is gone is not there.
 */
export function staleness(
  pyprojects: ReadonlyMap<string, Pyproject | undefined>,
  lock: UvLock,
): readonly string[] {
  const root = pyprojects.get('.')
  const found = lock.packages.flatMap((locked) => {
    if (locked.source.kind !== 'local') return []
    const pyproject = pyprojects.get(locked.source.path)
    if (!pyprojects.has(locked.source.path))
      return [`${locked.name} was in ${locked.source.path}, and is not there now`]
    return pyproject === undefined ? [] : packageStaleness(pyproject, locked, root, lock)
  })
  const known = new Map([...pyprojects].flatMap(([path, p]) => (p === undefined ? [] : [[path, p] as const])))
  const unknown = [...known.values()]
    .filter((p) => p.name !== undefined && !lock.packages.some((l) => l.name === packageName(p.name ?? '')))
    .map((p) => `${p.file}: ${p.name ?? ''} is not in the lock`)
  const groups =
    root !== undefined && !root.hasProject ? groupStaleness(root, lock.rootGroups, root, lock, root.file) : []
  return [...unknown, ...found, ...groups, ...pythonStaleness(known, lock)]
}

function packageStaleness(
  pyproject: Pyproject,
  locked: UvPackage,
  root: Pyproject | undefined,
  lock: UvLock,
): readonly string[] {
  const { file, dynamic } = pyproject
  // What a build decides is not to be read from the file.
  if (!pyproject.hasProject || dynamic.some((field) => /dependencies$/.test(field))) return []
  const declared = [
    ...pyproject.dependencies.map((text) => ({ text, extra: undefined })),
    ...[...pyproject.optionalDependencies].flatMap(([extra, list]) => list.map((text) => ({ text, extra }))),
  ].flatMap(({ text, extra }) => declaredSources(parseRequirement(text), pyproject, root, { extra }))
  const extras = [...pyproject.optionalDependencies.keys()]
  const provided = locked.metadata?.providesExtras ?? []
  const gone = provided.filter((extra) => !extras.includes(extra))
  return [
    ...differences(declared, locked.metadata?.requiresDist ?? [], extras, lock, file),
    ...gone.map((extra) => `${file}: extra ${extra} was removed`),
    ...groupStaleness(pyproject, locked.metadata?.requiresDev ?? new Map(), root, lock, file),
  ]
}

function groupStaleness(
  pyproject: Pyproject,
  locked: ReadonlyMap<PackageName, readonly UvRequirement[]>,
  root: Pyproject | undefined,
  lock: UvLock,
  file: string,
): readonly string[] {
  const names = new Set([...pyproject.dependencyGroups.keys(), ...locked.keys()])
  return [...names].flatMap((group) => {
    // Its own requires-python is written into each of its markers.
    if (pyproject.uv.limitedGroups.includes(group)) return []
    const declared = (pyproject.dependencyGroups.get(group) ?? []).flatMap((text) =>
      declaredSources(parseRequirement(text), pyproject, root, { group }),
    )
    return differences(declared, locked.get(group) ?? [], [], lock, `${file} (group ${group})`)
  })
}

function differences(
  declared: readonly Declared[],
  locked: readonly UvRequirement[],
  extras: readonly PackageName[],
  lock: UvLock,
  place: string,
): readonly string[] {
  const names = [...new Set([...declared, ...locked].map(({ name }) => name))]
  return names.flatMap((name) => {
    const now = declared.filter((one) => one.name === name)
    const then = locked.filter((one) => one.name === name).map(lockedRequirement)
    if (then.length === 0) return [`${place}: ${name} is new`]
    if (now.length === 0) return [`${place}: ${name} was removed`]
    return sameMeaning(now, then, extras, lock.requiresPython) ? [] : [`${place}: ${name} was changed`]
  })
}

function sameMeaning(
  now: readonly Declared[],
  then: readonly Declared[],
  extras: readonly PackageName[],
  requiresPython: string | undefined,
): boolean {
  const written = [...now, ...then].flatMap(({ markers, unless }) => [...markers, ...unless])
  const [a, b] = [now, then].map((list) => list.map(parsed))
  const known = ['', ...extras.filter((extra) => written.some((marker) => marker.includes(extra)))]
  return sampleEnvironments(written, requiresPython).every((env) =>
    known.every((extra) => wanted(a ?? [], { ...env, extra }) === wanted(b ?? [], { ...env, extra })),
  )
}

interface Parsed {
  readonly asked: string
  readonly markers: readonly Marker[]
  readonly unless: readonly Marker[]
}

function parsed({ extras, specifier, source, markers, unless }: Declared): Parsed {
  const version = source === '' ? normalSpecifier(specifier) : ''
  return {
    asked: `${extras.join(',')} ${version} ${source}`,
    markers: markers.map(parseMarker),
    unless: unless.map(parseMarker),
  }
}

/** All that is asked of a package in an environment, as one text. */
function wanted(requirements: readonly Parsed[], environment: MarkerEnvironment): string {
  const holds = (marker: Marker): boolean => evaluateMarker(marker, environment)
  const asked = requirements
    .filter(({ markers, unless }) => markers.every(holds) && !unless.some(holds))
    .map((one) => one.asked)
  return [...new Set(asked)].sort().join('; ')
}

/** The oldest and the newest Python that all members allow, against those of the lock. */
function pythonStaleness(pyprojects: ReadonlyMap<string, Pyproject>, lock: UvLock): readonly string[] {
  const members = [...pyprojects].filter(
    ([path, p]) => path === '.' || lock.members.includes(packageName(p.name ?? '')),
  )
  const ranges = members.flatMap(([, { requiresPython }]) => requiresPython ?? [])
  if (ranges.length === 0 || lock.requiresPython === undefined) return []
  const versions = [...supportedPythons, '3.8', '3.15', '3.16'].flatMap((minor) =>
    Array.from({ length: 25 }, (_, patch) => `${minor}.${patch}`),
  )
  const bounds = (list: readonly string[]): string => {
    const allowed = versions.filter((v) => list.every((range) => satisfiesSpecifier(v, range))).sort(byPart)
    return `${allowed[0] ?? ''} ${allowed.at(-1) ?? ''}`
  }
  if (bounds(ranges) === bounds([lock.requiresPython])) return []
  return [`requires-python is ${[...new Set(ranges)].join(' and ')}, and was ${lock.requiresPython}`]
}

function byPart(a: string, b: string): number {
  const [x = [], y = []] = [a, b].map((text) => text.split('.').map(Number))
  for (const [i, part] of x.entries()) if (part !== y[i]) return part - (y[i] ?? 0)
  return 0
}

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
  // What the root says of sources holds for the members of its workspace only.
  const above = lock.members.includes(locked.name) ? root : undefined
  const declared = [
    ...pyproject.dependencies.map((text) => ({ text, extra: undefined })),
    ...[...pyproject.optionalDependencies].flatMap(([extra, list]) => list.map((text) => ({ text, extra }))),
  ].flatMap(({ text, extra }) => declaredSources(parseRequirement(text), pyproject, above, { extra }))
  const names = sourcesLostInBuild(pyproject, above)
  const compared = declared.filter(({ name }) => !names.has(name))
  const written = (locked.metadata?.requiresDist ?? []).filter(({ name }) => !names.has(name))
  const extras = [...pyproject.optionalDependencies.keys()]
  const provided = locked.metadata?.providesExtras ?? []
  const gone = provided.filter((extra) => !extras.includes(extra))
  // Locks from before uv wrote them down have none at all.
  const added = provided.length === 0 ? [] : extras.filter((extra) => !provided.includes(extra))
  return [
    ...differences(compared, written, { name: locked.name, extras }, lock, file),
    ...added.map((extra) => `${file}: extra ${extra} is new`),
    ...gone.map((extra) => `${file}: extra ${extra} was removed`),
    ...groupStaleness(pyproject, locked.metadata?.requiresDev ?? new Map(), above, lock, file),
  ]
}

/**
 * Where a build decides the version, uv takes the requirements from the build too, and backends write out what extras
 * include: which extra a requirement came from, and so a source that is for one extra, can no longer be told.
 */
function sourcesLostInBuild(pyproject: Pyproject, root: Pyproject | undefined): ReadonlySet<PackageName> {
  if (!pyproject.dynamic.includes('version')) return new Set()
  const all = [...(root?.uv.sources ?? []), ...pyproject.uv.sources]
  return new Set(
    all.flatMap(([name, tables]) => (tables.some((t) => t['extra'] !== undefined) ? [name] : [])),
  )
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
    return differences(
      declared,
      locked.get(group) ?? [],
      { name: undefined, extras: [] },
      lock,
      `${file} (group ${group})`,
    )
  })
}

/** Whose requirements are compared: its requirements of itself are a way to say that an extra includes others. */
interface Owner {
  readonly name: PackageName | undefined
  readonly extras: readonly PackageName[]
}

function differences(
  declared: readonly Declared[],
  locked: readonly UvRequirement[],
  owner: Owner,
  lock: UvLock,
  place: string,
): readonly string[] {
  const now = declared.map(parsed)
  const then = locked.map(lockedRequirement).map(parsed)
  const names = new Set([...now, ...then].map(({ name }) => name).filter((name) => name !== owner.name))
  return [...names].flatMap((name) => {
    const either = (one: Parsed): boolean => one.name === name
    if (!then.some(either)) return [`${place}: ${name} is new`]
    if (!now.some(either)) return [`${place}: ${name} was removed`]
    return sameMeaning(now, then, name, owner, lock.requiresPython) ? [] : [`${place}: ${name} was changed`]
  })
}

function sameMeaning(
  now: readonly Parsed[],
  then: readonly Parsed[],
  name: PackageName,
  owner: Owner,
  requiresPython: string | undefined,
): boolean {
  const isOwn = (one: Parsed): boolean => one.name === owner.name
  const isNamed = (one: Parsed): boolean => one.name === name
  const sides = [now, then].map((list) => ({ own: list.filter(isOwn), named: list.filter(isNamed) }))
  const markers = sides
    .flatMap(({ own, named }) => [...own, ...named])
    .flatMap((one) => [...one.markers, ...one.unless])
  return sampleEnvironments(markers, requiresPython).every((environment) =>
    ['', ...owner.extras].every((extra) => {
      const [a, b] = sides.map(({ own, named }) =>
        wanted(named, environment, closure(own, environment, extra)),
      )
      return a === b
    }),
  )
}

interface Parsed {
  readonly name: PackageName
  readonly extras: readonly PackageName[]
  /** Extras, versions and source as one text. */
  readonly asked: string
  readonly markers: readonly Marker[]
  readonly unless: readonly Marker[]
}

function parsed({ name, extras, specifier, source, markers, unless }: Declared): Parsed {
  const version = source === '' ? normalSpecifier(specifier) : ''
  return {
    name,
    extras,
    asked: `${extras.join(',')} ${version} ${source}`,
    markers: markers.map(parseMarker),
    unless: unless.map(parseMarker),
  }
}

/** An extra and those that it includes; some build backends write out what others leave as `me[other]`. */
function closure(own: readonly Parsed[], environment: MarkerEnvironment, extra: string): ReadonlySet<string> {
  const found = new Set([extra])
  // A set that grows while it is walked is walked to its end.
  for (const one of found) {
    for (const requirement of own) {
      if (holds(requirement, { ...environment, extra: one }))
        for (const more of requirement.extras) found.add(more)
    }
  }
  return found
}

/** All that is asked of a package in an environment with some extras, as one text. */
function wanted(
  requirements: readonly Parsed[],
  environment: MarkerEnvironment,
  extras: ReadonlySet<string>,
): string {
  const environments = [...extras].map((extra) => ({ ...environment, extra }))
  const asked = requirements
    .filter((one) => environments.some((env) => holds(one, env)))
    .map((one) => one.asked)
  return [...new Set(asked)].sort().join('; ')
}

function holds({ markers, unless }: Parsed, environment: MarkerEnvironment): boolean {
  const is = (marker: Marker): boolean => evaluateMarker(marker, environment)
  return markers.every(is) && !unless.some(is)
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

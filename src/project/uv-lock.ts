import { Failure } from '../failure.ts'
import { markerApplies, type MarkerEnvironment } from './markers.ts'
import { packageName, type PackageName } from './name.ts'
import type { LocalPackage } from './project.ts'
import { parseToml, TomlReader, type TomlTable } from './toml.ts'

/** What a uv.lock says that its export does not. */
export interface UvLock {
  readonly file: string
  readonly requiresPython: string | undefined
  /** Packages of the workspace; empty when there is only one. */
  readonly members: readonly PackageName[]
  readonly packages: readonly UvPackage[]
  /** Requirements of dependency groups of a workspace root that is no project. */
  readonly rootGroups: ReadonlyMap<PackageName, readonly UvRequirement[]>
}

export interface UvPackage {
  readonly name: PackageName
  readonly version: string | undefined
  readonly source: UvSource
  readonly dependencies: readonly UvDependency[]
  readonly optionalDependencies: ReadonlyMap<PackageName, readonly UvDependency[]>
  readonly devDependencies: ReadonlyMap<PackageName, readonly UvDependency[]>
  /** The requirements that were locked; only local packages have them. */
  readonly metadata: UvMetadata | undefined
}

/** Where a package comes from; the path of a local one is relative to the lock's folder. */
export type UvSource =
  | { readonly kind: 'local'; readonly path: string; readonly virtual: boolean }
  /** An address of an index, or a folder of files. */
  | { readonly kind: 'registry'; readonly index: string }
  | { readonly kind: 'git' | 'url' | 'path' | 'unknown' }

export interface UvDependency {
  readonly name: PackageName
  readonly version: string | undefined
  readonly extras: readonly PackageName[]
  readonly marker: string | undefined
}

export interface UvMetadata {
  readonly requiresDist: readonly UvRequirement[]
  readonly requiresDev: ReadonlyMap<PackageName, readonly UvRequirement[]>
  readonly providesExtras: readonly PackageName[]
}

export interface UvRequirement {
  readonly name: PackageName
  readonly extras: readonly PackageName[]
  readonly specifier: string
  readonly marker: string | undefined
  /** Keys that say where it is to come from: `git`, `url`, `path`, `directory`, `editable`, `virtual`, `index`. */
  readonly source: Readonly<Record<string, string>>
}

const sourceKeys = ['git', 'url', 'path', 'directory', 'editable', 'virtual', 'index']

/** Parses a uv.lock; throws Failure with the file and the line or the path of keys. */
export function parseUvLock(text: string, file = 'uv.lock'): UvLock {
  const root = new TomlReader(parseToml(text, file), file)
  const version = root.number('version')
  if (version !== 1) {
    throw new Failure('usage', `${file}: version ${String(version)} of the lock format is not known`, {
      hint: 'version 1 is what this version reads; lock again with a uv that writes it',
    })
  }
  const manifest = root.table('manifest')
  return {
    file,
    requiresPython: root.string('requires-python'),
    packages: root.tables('package').map(uvPackage),
    members: (manifest?.strings('members') ?? []).map(packageName),
    rootGroups: mapOf(manifest?.table('dependency-groups'), (table, key) =>
      table.tables(key).map(uvRequirement),
    ),
  }
}

/**
 * The local packages that a project's environment needs, itself included when it is a package: reached from it by
 * its dependencies, the chosen extras and groups, and markers that hold in one of the environments. `from` is the
 * project's path relative to the lock's folder; a root that is no project reaches every member.
 */
export function localPackages(
  lock: UvLock,
  from: string,
  chosen: { readonly extras: readonly string[]; readonly groups: readonly string[] },
  environments: readonly MarkerEnvironment[],
): readonly LocalPackage[] {
  const local = lock.packages.filter((p) => p.source.kind === 'local')
  const project = local.find((p) => p.source.kind === 'local' && p.source.path === from)
  const roots = project ? [project] : from === '.' ? local : []
  const applies = (d: UvDependency): boolean => environments.some((env) => markerApplies(d.marker, env))
  const extras = new Set(chosen.extras.map(packageName))
  const seen = new Set<string>()
  const found = new Set<UvPackage>()
  const visit = (target: UvPackage, extra: PackageName | undefined): void => {
    const key = `${target.name} ${target.version ?? ''} ${extra ?? ''}`
    if (seen.has(key)) return
    seen.add(key)
    found.add(target)
    const dependencies =
      extra === undefined ? target.dependencies : (target.optionalDependencies.get(extra) ?? [])
    follow(dependencies)
  }
  const follow = (dependencies: readonly UvDependency[]): void => {
    for (const dependency of dependencies.filter(applies)) {
      for (const next of lock.packages.filter(
        (p) => p.name === dependency.name && sameVersion(p, dependency),
      )) {
        visit(next, undefined)
        for (const extra of dependency.extras) visit(next, extra)
      }
    }
  }
  for (const root of roots) {
    visit(root, undefined)
    for (const extra of extras) visit(root, extra)
    for (const group of chosen.groups) follow(root.devDependencies.get(packageName(group)) ?? [])
  }
  return [...found].flatMap(({ name, source }) =>
    source.kind === 'local' && !source.virtual ? [{ name, path: source.path }] : [],
  )
}

function sameVersion(target: UvPackage, dependency: UvDependency): boolean {
  return dependency.version === undefined || target.version === dependency.version
}

function uvPackage(table: TomlReader): UvPackage {
  const metadata = table.table('metadata')
  const dependencies = (from: TomlReader, key: string): readonly UvDependency[] =>
    from.tables(key).map(uvDependency)
  return {
    name: packageName(table.requiredString('name')),
    version: table.string('version'),
    source: uvSource(table.table('source')),
    dependencies: dependencies(table, 'dependencies'),
    optionalDependencies: mapOf(table.table('optional-dependencies'), dependencies),
    devDependencies: mapOf(table.table('dev-dependencies'), dependencies),
    metadata: metadata && {
      requiresDist: metadata.tables('requires-dist').map(uvRequirement),
      requiresDev: mapOf(metadata.table('requires-dev'), (t, key) => t.tables(key).map(uvRequirement)),
      providesExtras: (metadata.strings('provides-extras') ?? []).map(packageName),
    },
  }
}

function uvSource(table: TomlReader | undefined): UvSource {
  for (const kind of ['editable', 'directory', 'virtual'] as const) {
    const path = table?.string(kind)
    if (path !== undefined)
      return { kind: 'local', path: path === '' ? '.' : path, virtual: kind === 'virtual' }
  }
  const index = table?.string('registry')
  if (index !== undefined) return { kind: 'registry', index }
  const kinds = ['git', 'url', 'path'] as const
  return { kind: kinds.find((kind) => table?.raw(kind) !== undefined) ?? 'unknown' }
}

function uvDependency(table: TomlReader): UvDependency {
  return {
    name: packageName(table.requiredString('name')),
    version: table.string('version'),
    extras: (table.strings('extra') ?? []).map(packageName),
    marker: table.string('marker'),
  }
}

function uvRequirement(table: TomlReader): UvRequirement {
  return {
    name: packageName(table.requiredString('name')),
    extras: (table.strings('extras') ?? []).map(packageName).sort(),
    specifier: table.string('specifier') ?? '',
    marker: table.string('marker'),
    source: sourceOf(table.plain()),
  }
}

function sourceOf(table: TomlTable): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sourceKeys.flatMap((key) => (typeof table[key] === 'string' ? [[key, table[key]]] : [])),
  )
}

function mapOf<T>(
  table: TomlReader | undefined,
  read: (table: TomlReader, key: string) => T,
): ReadonlyMap<PackageName, T> {
  return new Map(table?.keys().map((key) => [packageName(key), read(table, key)]))
}

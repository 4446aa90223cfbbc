import { Failure } from '../failure.ts'
import type { LockedFile, LockedPackage } from './lock.ts'
import { answerSets } from './marker-sets.ts'
import { packageName } from './name.ts'
import type { Chosen } from './select.ts'
import { parseToml, renderToml, TomlReader, type TomlTable } from './toml.ts'

/** A pylock.toml (PEP 751) as it is written; nothing is evaluated. */
export interface Pylock {
  readonly requiresPython: string | undefined
  /** Markers of the environments it was made for; empty: for all. */
  readonly environments: readonly string[]
  readonly extras: readonly string[]
  readonly dependencyGroups: readonly string[]
  readonly defaultGroups: readonly string[]
  readonly packages: readonly LockedPackage[]
  /** Source trees beside the lock, which are built and not fetched. */
  readonly directories: readonly LockedDirectory[]
}

export interface LockedDirectory {
  readonly name: string
  /** As written in the file. */
  readonly path: string
  readonly marker: string | undefined
}

/** Parses a pylock.toml; throws Failure with the file and the line or the path of keys. */
export function parsePylock(text: string, file = 'pylock.toml'): Pylock {
  const root = new TomlReader(parseToml(text, file), file)
  const version = root.requiredString('lock-version')
  if (!/^1\./.test(version)) {
    throw new Failure('usage', `${file}: lock-version ${version} is not known`, {
      hint: 'lock-version 1.0 (PEP 751) is what this version reads',
    })
  }
  const tables = root.tables('packages')
  return {
    requiresPython: root.string('requires-python'),
    environments: root.strings('environments') ?? [],
    extras: root.strings('extras') ?? [],
    dependencyGroups: root.strings('dependency-groups') ?? [],
    defaultGroups: root.strings('default-groups') ?? [],
    packages: tables.filter((table) => table.raw('directory') === undefined).map(lockedPackage),
    directories: tables.flatMap((table) => {
      const directory = table.table('directory')
      if (directory === undefined) return []
      const marker = table.string('marker')
      return [{ name: table.requiredString('name'), path: directory.requiredString('path'), marker }]
    }),
  }
}

/** The same lock with extras and groups chosen: packages that only others ask for are gone, and so are the questions. */
export function choosePylock(lock: Pylock, chosen: Chosen): Pylock {
  // What the default groups stand for is what is installed without being named (PEP 751).
  const groups = [...lock.defaultGroups, ...chosen.groups]
  const kept = <T extends { readonly marker: string | undefined }>(items: readonly T[]): readonly T[] =>
    items.flatMap((item) => {
      const marker = answerSets(item.marker, { extras: chosen.extras, dependency_groups: groups })
      return marker === false ? [] : [{ ...item, marker }]
    })
  return { ...lock, packages: kept(lock.packages), directories: kept(lock.directories) }
}

/**
 * Packages as a pylock.toml of their own, for an installer or for keeping. `requires-python` is left out: installers
 * hold it against the interpreter they run on, which need not be the one that is installed for. So are markers,
 * unless they are to be kept: what does not apply is to be filtered before. Indexes can be dropped: they are of use
 * where an installer keeps what it fetched. `path` maps the paths of files to what they are from the new place.
 */
export function renderPylock(
  packages: readonly LockedPackage[],
  options: {
    readonly path?: (written: string) => string
    readonly keepMarkers?: boolean
    readonly dropIndexes?: boolean
  } = {},
): string {
  const dropped = [
    'requires-python',
    ...(options.keepMarkers === true ? [] : ['marker']),
    ...(options.dropIndexes === true ? ['index'] : []),
  ]
  return renderToml({
    'lock-version': '1.0',
    'created-by': 'pydeps-image',
    packages: packages.map(({ table }) => {
      const kept = Object.fromEntries(Object.entries(table).filter(([key]) => !dropped.includes(key)))
      return mapPaths(kept, options.path ?? ((written) => written))
    }),
  })
}

/** The same packages with every path of a file replaced. */
export function withPaths(
  packages: readonly LockedPackage[],
  path: (written: string) => string,
): readonly LockedPackage[] {
  return packages.map((locked) => {
    const moved = lockedPackage(new TomlReader(mapPaths(locked.table, path), locked.name))
    return { ...moved, marker: locked.marker }
  })
}

/** `path` keys of a package's sources: archive, vcs, sdist and each wheel. */
function mapPaths(table: TomlTable, path: (written: string) => string): TomlTable {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside)
    if (typeof value !== 'object' || value === null) return value
    const source = value as TomlTable
    return typeof source['path'] === 'string' ? { ...source, path: path(source['path']) } : value
  }
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      ['archive', 'vcs', 'sdist', 'wheels'].includes(key) ? inside(value) : value,
    ]),
  )
}

export function lockedPackage(table: TomlReader): LockedPackage {
  const archive = table.table('archive')
  const vcs = table.table('vcs')
  const sdist = table.table('sdist')
  const wheels = table.tables('wheels')
  if (!archive && !vcs && !sdist && wheels.length === 0) {
    throw new Failure('usage', `${table.file}: package ${table.requiredString('name')} has no source at all`)
  }
  const single = archive && lockedFile(archive)
  const isWheel = single?.filename.endsWith('.whl') === true
  return {
    name: packageName(table.requiredString('name')),
    version: table.string('version'),
    marker: table.string('marker'),
    requiresPython: table.string('requires-python'),
    wheels: isWheel ? [single] : wheels.map(lockedFile),
    sdist: single && !isWheel ? single : sdist && lockedFile(sdist),
    direct: vcs ? 'vcs' : archive ? 'archive' : undefined,
    table: table.plain(),
  }
}

function lockedFile(table: TomlReader): LockedFile {
  const url = table.string('url')
  const path = table.string('path')
  const filename = table.string('name') ?? lastSegment(url) ?? lastSegment(path)
  if (filename === undefined) throw table.wrong('url', 'there (or path, or name)')
  const hashes = table.table('hashes')
  return {
    filename,
    hashes: Object.fromEntries((hashes?.keys() ?? []).map((key) => [key, hashes?.requiredString(key) ?? ''])),
    url,
    path,
    size: table.number('size'),
  }
}

/** Name of the file that an address or path ends in, decoded. */
export function lastSegment(address: string | undefined): string | undefined {
  const segment = address
    ?.replace(/[?#].*$/, '')
    .split('/')
    .at(-1)
  if (segment === undefined || segment === '') return undefined
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

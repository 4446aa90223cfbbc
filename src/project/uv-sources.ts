import type { PackageName } from './name.ts'
import type { Pyproject } from './pyproject.ts'
import type { Requirement } from './requirement.ts'
import type { TomlTable } from './toml.ts'
import type { UvRequirement } from './uv-lock.ts'

/** A requirement with where it is to come from; an empty source is an index. */
export interface Declared {
  readonly name: PackageName
  readonly extras: readonly PackageName[]
  readonly specifier: string
  /** All of them must hold. */
  readonly markers: readonly string[]
  /** None of them may hold: PEP 508 has no "not". */
  readonly unless: readonly string[]
  readonly source: string
}

/**
 * A requirement as [tool.uv.sources] turns it: once for each source that it has, and once for what no source's marker
 * covers. A member of a workspace takes what it does not say itself from the root.
 */
export function declaredSources(
  requirement: Requirement,
  pyproject: Pyproject,
  root: Pyproject | undefined,
  from: { readonly extra?: PackageName | undefined; readonly group?: PackageName },
): readonly Declared[] {
  const { name, extras, specifier } = requirement
  const markers = [
    ...(requirement.marker === undefined ? [] : [requirement.marker]),
    ...(from.extra === undefined ? [] : [`extra == '${from.extra}'`]),
  ]
  if (requirement.url !== undefined) {
    return [{ name, extras, specifier: '', markers, unless: [], source: urlSource(requirement.url) }]
  }
  const tables = (pyproject.uv.sources.get(name) ?? root?.uv.sources.get(name) ?? []).filter(
    (table) =>
      (table['extra'] === undefined || table['extra'] === from.extra) &&
      (table['group'] === undefined || table['group'] === from.group),
  )
  const own = tables.map((table): Declared => {
    const marker = text(table['marker'])
    const both = marker === undefined ? markers : [...markers, marker]
    return { name, extras, specifier, markers: both, unless: [], source: tableSource(table) }
  })
  const covered = tables.map((table) => text(table['marker']))
  if (covered.includes(undefined)) return own
  const unless = covered.flatMap((marker) => marker ?? [])
  return [...own, { name, extras, specifier, markers, unless, source: '' }]
}

/** A requirement of the lock in the same form. */
export function lockedRequirement(locked: UvRequirement): Declared {
  const { name, extras, specifier, marker } = locked
  const markers = marker === undefined ? [] : [marker]
  return { name, extras, specifier, markers, unless: [], source: lockedSource(locked.source) }
}

function lockedSource(source: UvRequirement['source']): string {
  if (source['git'] !== undefined) return gitLocked(source['git'])
  if (source['url'] !== undefined) return `url ${withoutFragment(source['url'])}`
  const local = ['path', 'directory', 'editable', 'virtual'].some((key) => source[key] !== undefined)
  return local ? 'path' : ''
}

function tableSource(table: TomlTable): string {
  const git = text(table['git'])
  if (git !== undefined) {
    return gitKey(git, text(table['rev']) ?? text(table['tag']) ?? text(table['branch']))
  }
  const url = text(table['url'])
  if (url !== undefined) return `url ${withoutFragment(url)}`
  return table['path'] !== undefined || table['workspace'] === true ? 'path' : ''
}

function urlSource(url: string): string {
  if (url.startsWith('git+')) {
    const [, address = '', revision] = /^git\+([^#]*?)(?:@([^@/#:]+(?:\/[^@#:]*)?))?(?:#.*)?$/.exec(url) ?? []
    return gitKey(address, revision)
  }
  return url.startsWith('file:') ? 'path' : `url ${withoutFragment(url)}`
}

function gitLocked(written: string): string {
  const [address = '', query = ''] = withoutFragment(written).split('?')
  const revision = /(?:^|&)(?:rev|tag|branch)=([^&]*)/.exec(query)?.[1]
  return gitKey(address, revision)
}

function gitKey(address: string, revision: string | undefined): string {
  const decoded = decode(revision ?? '')
  const bare = address
    .replace(/^ssh:\/\/(?:git@)?/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  return `git ${bare.toLowerCase()} ${decoded}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/, '')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

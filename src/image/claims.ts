import type { Candidate } from './candidates.ts'
import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { distributionName } from './metadata.ts'
import { resolvePath } from './place.ts'
import { recordRows } from './record.ts'
import type { Tree } from './tree.ts'

/** Names of a `top_level.txt` that are looked at. */
const nameLimit = 100

/** The paths that a distribution says are its own. */
export interface Claim {
  /** To be gone through once: a RECORD of a stranger may have very many. */
  readonly paths: Iterable<string>
  readonly estimated: boolean
}

/** What a distribution claims, with what its conda package does where it came in one. */
export function claimOf(filesystem: Filesystem, candidate: Candidate, tree: Tree): Claim {
  const { conda } = candidate
  const listed = conda ? [...conda.files, conda.record] : []
  if (conda?.record === candidate.info) return { paths: listed, estimated: false }
  const own = ownClaim(filesystem, candidate, tree)
  return conda ? { paths: chained(own.paths, listed), estimated: false } : own
}

function ownClaim(filesystem: Filesystem, candidate: Candidate, tree: Tree): Claim {
  const { info, location, metadata } = candidate
  const { texts } = filesystem
  const record = texts.get(`${info}/RECORD`)
  const installed = texts.get(`${info}/installed-files.txt`)
  if (record !== undefined || installed !== undefined) {
    const listed = record === undefined ? linesBelow(installed ?? '', info) : rowsBelow(record, location)
    return { paths: chained(inside(listed, prefixOf(location)), tree.filesBelow(info)), estimated: false }
  }
  if (filesystem.files.get(info)?.entry.type === 'file' && /\.egg(?:-link)?$/.test(info)) {
    return { paths: [info], estimated: false }
  }
  if (baseName(info) === 'EGG-INFO') return { paths: tree.filesBelow(parentOf(info)), estimated: false }
  const topLevel = texts.get(`${info}/top_level.txt`)?.split(/\s+/, nameLimit).filter(Boolean)
  const names = topLevel ?? [metadata.name, distributionName(metadata.name).replaceAll('-', '_')]
  const paths = names
    .filter((name) => !name.includes('..'))
    .flatMap((name) => [...tree.filesBelow(join(location, name)), ...tree.modules(location, name)])
  return { paths: [...paths, info, ...tree.filesBelow(info)], estimated: true }
}

function* rowsBelow(record: string, location: string): Generator<string | undefined> {
  for (const { path } of recordRows(record)) yield resolvePath(location, path)
}

function* linesBelow(installed: string, info: string): Generator<string | undefined> {
  for (const path of installed.split(/\r?\n/)) yield resolvePath(info, path)
}

/** Those in an environment: what a list claims outside of it is not counted for the package. */
function* inside(paths: Iterable<string | undefined>, prefix: string): Generator<string> {
  for (const path of paths) {
    if (path === undefined || path === '') continue
    if (prefix === '' || path.startsWith(`${prefix}/`)) yield path
  }
}

function* chained(...all: readonly Iterable<string>[]): Generator<string> {
  for (const paths of all) yield* paths
}

/** The environment's folder: three above `lib/pythonX.Y/site-packages`, else the location itself (`pip --target`). */
export function prefixOf(location: string): string {
  const match = /^(.*?)(?:^|\/)lib(?:64)?\/(?:python|pypy)\d[\d.]*t?\/(?:site|dist)-packages$/.exec(location)
  return match?.[1] ?? location
}

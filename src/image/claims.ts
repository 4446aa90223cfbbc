import type { Candidate } from './candidates.ts'
import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { distributionName } from './metadata.ts'
import { resolvePath } from './place.ts'
import { parseRecord } from './record.ts'
import type { Tree } from './tree.ts'

/** Names of a `top_level.txt` that are looked at. */
const nameLimit = 100

/** The paths that a distribution says are its own, and those that it has no say in. */
export interface Claim {
  readonly paths: readonly string[]
  readonly estimated: boolean
  readonly outside: readonly string[]
}

/** What a distribution claims, with what its conda package does where it came in one. */
export function claimOf(filesystem: Filesystem, candidate: Candidate, tree: Tree): Claim {
  const { conda } = candidate
  const listed = conda ? [...conda.files, conda.record] : []
  if (conda?.record === candidate.info) return { paths: listed, estimated: false, outside: [] }
  const own = ownClaim(filesystem, candidate, tree)
  return conda ? { ...own, paths: [...own.paths, ...listed], estimated: false } : own
}

function ownClaim(filesystem: Filesystem, candidate: Candidate, tree: Tree): Claim {
  const { info, location, metadata } = candidate
  const { texts } = filesystem
  const record = texts.get(`${info}/RECORD`)
  const installed = texts.get(`${info}/installed-files.txt`)
  if (record !== undefined || installed !== undefined) {
    const listed =
      record !== undefined
        ? parseRecord(record).map(({ path }) => resolvePath(location, path))
        : (installed ?? '').split(/\r?\n/).map((path) => resolvePath(info, path))
    const prefix = prefixOf(location)
    const paths = listed.filter((path) => path !== undefined && path !== '') as string[]
    const isInside = (path: string): boolean => prefix === '' || path.startsWith(`${prefix}/`)
    return {
      paths: [...paths.filter(isInside), ...tree.filesBelow(info)],
      estimated: false,
      outside: paths.filter((path) => !isInside(path)),
    }
  }
  if (filesystem.files.get(info)?.entry.type === 'file' && /\.egg(?:-link)?$/.test(info)) {
    return { paths: [info], estimated: false, outside: [] }
  }
  if (baseName(info) === 'EGG-INFO')
    return { paths: tree.filesBelow(parentOf(info)), estimated: false, outside: [] }
  const topLevel = texts.get(`${info}/top_level.txt`)?.split(/\s+/, nameLimit).filter(Boolean)
  const names = topLevel ?? [metadata.name, distributionName(metadata.name).replaceAll('-', '_')]
  const paths = names
    .filter((name) => !name.includes('..'))
    .flatMap((name) => [...tree.filesBelow(join(location, name)), ...tree.modules(location, name)])
  return { paths: [...paths, info, ...tree.filesBelow(info)], estimated: true, outside: [] }
}

/** The environment's folder: three above `lib/pythonX.Y/site-packages`, else the location itself (`pip --target`). */
export function prefixOf(location: string): string {
  const match = /^(.*?)(?:^|\/)lib(?:64)?\/(?:python|pypy)\d[\d.]*t?\/(?:site|dist)-packages$/.exec(location)
  return match?.[1] ?? location
}

import { parseBytecode } from './bytecode.ts'
import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { distributionName, type Metadata, parseMetadata } from './metadata.ts'
import { createPlaces, resolvePath } from './place.ts'
import { parseRecord } from './record.ts'
import { createTree, type Tree } from './tree.ts'

/** An installed distribution and the files of the image that are its own. */
export interface Distribution {
  /** Normalised (PEP 503). */
  readonly name: string
  readonly version: string
  readonly metadata: Metadata
  /** Folder that it is imported from: `opt/venv/lib/python3.13/site-packages`. */
  readonly location: string
  /** Its `.dist-info`, `.egg-info` or egg. */
  readonly info: string
  /** Paths of files that belong to it and to no other distribution. */
  readonly files: readonly string[]
  /** The program that installed it, as it wrote in INSTALLER. */
  readonly installer: string | undefined
  /** The files were found by names, since no list of them is in the image. */
  readonly estimated: boolean
  /** Paths that its RECORD claims outside its environment; they are not counted for it. */
  readonly outside: readonly string[]
}

/** Names of a `top_level.txt` that are looked at. */
const nameLimit = 100

interface Candidate {
  readonly info: string
  readonly location: string
  readonly metadata: Metadata
}

/**
 * All distributions of an image, in every folder that has any, by location and name. Each file belongs to the first
 * that claims it, and what is compiled into `__pycache__` to the owner of its source. A copy that another
 * distribution brings along as its own file (vendored) is no distribution, nor is what lies in a path of `leftOut`: an
 * installer's cache holds distributions too.
 */
export function findDistributions(
  filesystem: Filesystem,
  leftOut: Pick<ReadonlySet<string>, 'has'> = new Set(),
): readonly Distribution[] {
  const place = createPlaces(filesystem)
  const tree = walkedOnce(createTree(filesystem))
  const owners = new Map<string, number>()
  const found: (Omit<Distribution, 'files'> & { files: string[] })[] = []
  for (const { info, location, metadata } of candidatesOf(filesystem, leftOut)) {
    if (isOwned(filesystem, info, owners)) continue
    const claim = claimed(filesystem, { info, location, metadata }, tree)
    const files: string[] = []
    for (const path of claim.paths) {
      const real = place(path)
      if (real === undefined || owners.has(real) || filesystem.files.get(real)?.entry.type === 'directory')
        continue
      owners.set(real, found.length)
      files.push(real)
    }
    found.push({
      name: distributionName(metadata.name),
      version: metadata.version,
      metadata,
      location,
      info,
      files,
      installer: installerOf(filesystem.texts.get(`${info}/INSTALLER`)),
      estimated: claim.estimated,
      outside: claim.outside,
    })
  }
  for (const path of filesystem.files.keys()) {
    const source = parseBytecode(path)?.source
    const owner = source === undefined || owners.has(path) ? undefined : owners.get(source)
    if (owner !== undefined) found[owner]?.files.push(path)
  }
  return found
}

/** The first line, as far as it can be a program's name. */
function installerOf(text: string | undefined): string | undefined {
  return /^[^\S\n]*([\w.+-]{1,40})/.exec(text ?? '')?.[1]
}

/** Shallow locations first, so that a distribution is met before the copies inside it. */
function candidatesOf(
  { files, texts }: Filesystem,
  leftOut: Pick<ReadonlySet<string>, 'has'>,
): readonly Candidate[] {
  const candidates = new Map<string, Candidate>()
  const add = (info: string, location: string, metadata: Metadata): void => {
    if (metadata.name !== '' && !candidates.has(info)) candidates.set(info, { info, location, metadata })
  }
  for (const path of files.keys()) {
    const isMetadata = /\.dist-info\/METADATA$|(?:\.egg-info|\/EGG-INFO)\/PKG-INFO$|\.egg-info$/.test(path)
    const text = isMetadata ? texts.get(path) : undefined
    if (isMetadata && text === undefined && files.get(path)?.entry.type === 'directory') continue
    if (isMetadata || /\.dist-info\/RECORD$/.test(path)) {
      if (leftOut.has(path)) continue
      const info = path.endsWith('.egg-info') ? path : parentOf(path)
      const container = baseName(info) === 'EGG-INFO' ? parentOf(info) : info
      const stated = text === undefined ? undefined : parseMetadata(text)
      const named = fromFileName(baseName(container))
      // RECORD alone says less than the METADATA that may still come.
      if (text === undefined && texts.has(`${info}/METADATA`)) continue
      add(info, parentOf(container), {
        name: stated?.name || named.name,
        version: stated?.version || named.version,
        requiresDist: stated?.requiresDist ?? [],
      })
    } else if (/\/site-packages\/[^/]+\.egg$/.test(path) && files.get(path)?.entry.type === 'file') {
      add(path, parentOf(path), { ...fromFileName(baseName(path)), requiresDist: [] })
    }
  }
  const depth = (path: string): number => path.split('/').length
  return [...candidates.values()].sort(
    (a, b) =>
      depth(a.location) - depth(b.location) || compare(a.location, b.location) || compare(a.info, b.info),
  )
}

/** `name-version.dist-info`, `name-version-py3.11.egg-info`, `name.egg-info`. */
function fromFileName(file: string): { readonly name: string; readonly version: string } {
  const stem = file.replace(/\.(?:dist-info|egg-info|egg)$/, '')
  const dash = stem.search(/-\d/)
  if (dash < 0) return { name: stem, version: '' }
  return { name: stem.slice(0, dash), version: stem.slice(dash + 1).split('-')[0] ?? '' }
}

interface Claim {
  readonly paths: readonly string[]
  readonly estimated: boolean
  readonly outside: readonly string[]
}

/** The paths that a distribution says are its own. */
function claimed(filesystem: Filesystem, candidate: Candidate, tree: Tree): Claim {
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
  if (filesystem.files.get(info)?.entry.type === 'file' && info.endsWith('.egg')) {
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
  const match = /^(.*?)(?:^|\/)lib(?:64)?\/python\d[\d.]*t?\/(?:site|dist)-packages$/.exec(location)
  return match?.[1] ?? location
}

/** What is below a folder belongs to the first that asks: another look at the same folder finds nothing. */
function walkedOnce(tree: Tree): Tree {
  const walked = new Set<string>()
  return {
    modules: (folder, name) => tree.modules(folder, name),
    filesBelow: (folder) => {
      if (walked.has(folder)) return []
      walked.add(folder)
      return tree.filesBelow(folder)
    },
  }
}

function isOwned({ files }: Filesystem, info: string, owners: ReadonlyMap<string, number>): boolean {
  if (files.get(info)?.entry.type === 'file') return owners.has(info)
  return owners.has(`${info}/METADATA`) || owners.has(`${info}/PKG-INFO`) || owners.has(`${info}/RECORD`)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

import { type CondaPackage, findCondaPackages, isInterpreter } from './conda.ts'
import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { distributionName, type Metadata, parseMetadata } from './metadata.ts'
import { resolvePath } from './place.ts'

/** What says that a distribution is installed. */
export interface Candidate {
  /** Its `.dist-info`, `.egg-info`, `.egg-link`, egg, or record of conda. */
  readonly info: string
  /** Folder that it is installed in: `opt/venv/lib/python3.13/site-packages`; of a conda package the environment. */
  readonly location: string
  readonly metadata: Metadata
  /** The conda package that brought it; one without Python is a distribution of its own. */
  readonly conda?: CondaPackage
  /** Folder that its modules are in instead of its location, as developers have it. */
  readonly editable?: string
}

type Paths = Pick<ReadonlySet<string>, 'has'>

/** All candidates of an image but those in paths of `leftOut`, by location; shallow ones first. */
export function findCandidates(filesystem: Filesystem, leftOut: Paths): readonly Candidate[] {
  const { texts } = filesystem
  const candidates = new Map<string, Candidate>()
  const sources = new Map<string, Metadata>()
  const links: string[] = []
  for (const [path, { entry }] of filesystem.files) {
    const info = infoOf(path)
    if (info === undefined || leftOut.has(path)) continue
    const { type } = entry
    if (path.endsWith('.egg-link')) links.push(path)
    else if (path.endsWith('.egg')) {
      if (type !== 'file') continue
      candidates.set(path, { info: path, location: parentOf(path), metadata: fromFileName(path) })
    } else {
      // RECORD alone says less than the METADATA that may still come.
      const text = path.endsWith('/RECORD') ? undefined : texts.get(path)
      if (text === undefined && (type === 'directory' || texts.has(`${info}/METADATA`))) continue
      if (candidates.has(info)) continue
      const container = baseName(info) === 'EGG-INFO' ? parentOf(info) : info
      const location = parentOf(container)
      const metadata = metadataOf(text ?? '', container)
      if (metadata.name === '' || isVendored(filesystem, location)) continue
      if (isSourceTree(filesystem, info, location)) sources.set(location, metadata)
      else
        candidates.set(info, {
          info,
          location,
          metadata,
          ...editableOf(texts.get(`${info}/direct_url.json`)),
        })
    }
  }
  for (const info of links) {
    const folder = resolvePath(parentOf(info), texts.get(info)?.split(/\r?\n/, 1)[0] ?? '')
    if (folder === undefined) continue
    const metadata = sources.get(folder) ?? fromFileName(info)
    candidates.set(info, { info, location: parentOf(info), metadata, editable: folder })
  }
  const all = withConda(
    [...candidates.values()],
    findCondaPackages(filesystem).filter(({ record }) => !leftOut.has(record)),
  )
  const depth = (path: string): number => path.split('/').length
  return all.sort(
    (a, b) =>
      depth(a.location) - depth(b.location) || compare(a.location, b.location) || compare(a.info, b.info),
  )
}

/** How the names of files end that tell of candidates: asked of every file of an image, before any pattern. */
const endings = ['/METADATA', '/RECORD', '/PKG-INFO', '.egg-info', '.egg-link', '.egg'] as const

/** The candidate that a file tells of; undefined for any other file. */
function infoOf(path: string): string | undefined {
  if (!endings.some((ending) => path.endsWith(ending))) return undefined
  if (/\.dist-info\/(?:METADATA|RECORD)$|(?:\.egg-info|\/EGG-INFO)\/PKG-INFO$/.test(path))
    return parentOf(path)
  if (path.endsWith('.egg-info')) return path
  return /\.egg(?:-link)?$/.test(path) && isImportedFrom(parentOf(path)) ? path : undefined
}

function metadataOf(text: string, container: string): Metadata {
  const stated = parseMetadata(text)
  const named = fromFileName(container)
  return {
    name: stated.name || named.name,
    version: stated.version || named.version,
    requiresDist: stated.requiresDist,
  }
}

/** `name-version.dist-info`, `name-version-py3.11.egg-info`, `name.egg-info`. */
function fromFileName(path: string): Metadata {
  const stem = baseName(path).replace(/\.(?:dist-info|egg-info|egg-link|egg)$/, '')
  const dash = stem.search(/-\d/)
  if (dash < 0) return { name: stem, version: '', requiresDist: [] }
  return { name: stem.slice(0, dash), version: stem.slice(dash + 1).split('-')[0] ?? '', requiresDist: [] }
}

/** A folder that a Python has on its path. */
function isImportedFrom(folder: string): boolean {
  return /(?:^|\/)(?:(?:site|dist)-packages|lib(?:64)?\/python[\d.]*)$/.test(folder)
}

/** A copy that another package brings along and imports as a part of itself: no Python finds it by its name. */
function isVendored({ files }: Filesystem, location: string): boolean {
  if (isImportedFrom(location)) return false
  return (
    /(?:^|\/)(?:site|dist)-packages\//.test(location) ||
    /(?:^|\/)_vendor(?:ed)?(?:\/|$)/.test(location) ||
    ['vendored.txt', 'vendor.txt'].some((list) => files.has(join(location, list)))
  )
}

/** What a build leaves beside the sources: `app/name.egg-info`. It is installed only where something links to it. */
function isSourceTree({ texts }: Filesystem, info: string, location: string): boolean {
  return info.endsWith('.egg-info') && !isImportedFrom(location) && !texts.has(`${info}/installed-files.txt`)
}

/** Characters of a `direct_url.json` that is read. */
const urlLimit = 65_536

/** `direct_url.json` (PEP 610) of an editable install. */
function editableOf(text: string | undefined): Pick<Candidate, 'editable'> {
  if (text === undefined || text.length > urlLimit || !text.includes('editable')) return {}
  try {
    const { url, dir_info: folder } = JSON.parse(text) as {
      url?: unknown
      dir_info?: { editable?: unknown } | null
    }
    const path = typeof url === 'string' ? /^file:\/\/(?:localhost)?(\/.*)$/.exec(url)?.[1] : undefined
    const editable =
      folder?.editable === true && path !== undefined ? resolvePath('', decodeURIComponent(path)) : undefined
    return editable === undefined ? {} : { editable }
  } catch {
    // It is only a claim.
    return {}
  }
}

/** Ties distributions to the conda packages that brought them; those without one become candidates, but for the Python itself. */
function withConda(candidates: readonly Candidate[], packages: readonly CondaPackage[]): Candidate[] {
  if (packages.length === 0) return [...candidates]
  const byInfo = new Map<string, CondaPackage>()
  for (const one of packages) {
    for (const path of one.files) {
      const info = infoOf(path)
      if (info !== undefined) byInfo.set(info, one)
    }
  }
  const tied = candidates.map((one) => {
    const conda = byInfo.get(one.info)
    return conda ? { ...one, conda } : one
  })
  // conda's name is often another: pytorch brings torch.
  const nameOf = new Map<string, string>()
  for (const { conda, metadata } of tied) if (conda) nameOf.set(keyOf(conda, conda.name), metadata.name)
  const required = (one: CondaPackage): readonly string[] =>
    one.depends.map((name) => nameOf.get(keyOf(one, name)) ?? name)
  const others = packages.filter((one) => !nameOf.has(keyOf(one, one.name)) && !isInterpreter(one))
  return [
    ...tied.map((one): Candidate => {
      const { conda, metadata } = one
      return conda
        ? { ...one, metadata: { ...metadata, requiresDist: [...metadata.requiresDist, ...required(conda)] } }
        : one
    }),
    ...others.map((conda) => ({
      info: conda.record,
      location: conda.prefix,
      metadata: { name: conda.name, version: conda.version, requiresDist: required(conda) },
      conda,
    })),
  ]
}

function keyOf({ prefix }: CondaPackage, name: string): string {
  return `${prefix}\0${distributionName(name)}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

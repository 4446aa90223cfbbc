import { attribute } from './attribution.ts'
import { baseName, parentOf } from './layer-files.ts'
import type { Measured } from './measure.ts'
import type { Measurement, Part } from './measurement.ts'

/** Where the bytes of an image are: parts, in them packages, in them folders and files. */
export interface SizeNode {
  readonly name: string
  readonly kind: 'image' | 'part' | 'package' | 'folder' | 'file'
  /** Of the filesystem; of a node with children their sum. */
  readonly bytes: number
  /** The largest first. */
  readonly children: readonly SizeNode[]
}

/**
 * The bytes of an image's filesystem, down to the files. Packages of the system are those of the part `system`; what
 * no package owns is below its folders. A
 * distribution's files are named from the folder that it is imported from.
 */
export function sizeTree(
  image: Pick<Measured, 'reference' | 'config' | 'listings' | 'baseLayers'>,
): SizeNode {
  const { filesystem, distributions, systemPackages, partOf } = attribute(image)
  const packageOf = new Map<string, { readonly name: string; readonly location: string }>()
  for (const { name, files } of systemPackages)
    for (const path of files) packageOf.set(path, { name, location: '' })
  for (const { name, location, files } of distributions)
    for (const path of files) packageOf.set(path, { name, location: `${location}/` })
  const root = newFolder('image')
  for (const [path, { bytes, layer }] of filesystem.files) {
    if (bytes === 0) continue
    const part = partOf(path, layer)
    const owner = part === 'environment' || part === 'system' ? packageOf.get(path) : undefined
    const inPart = child(root, part, 'part')
    if (owner === undefined) add(inPart, path, bytes)
    else {
      const inside = path.startsWith(owner.location) ? path.slice(owner.location.length) : `/${path}`
      add(child(inPart, owner.name, 'package'), inside, bytes)
    }
  }
  return nodeOf(image.reference, root)
}

/** What of a part no package owns, where only the packages are known. */
export const ownerless = 'of no package'

/** As much of a measurement as {@link sizeTreeOf} asks for. */
type Known = Pick<Measurement, 'image' | 'parts'> &
  Readonly<Record<'packages' | 'systemPackages', readonly Pick<SizeNode, 'name' | 'bytes'>[]>>

/** The same as far as a measurement knows it: parts and packages, without their files. */
export function sizeTreeOf({ image, parts, packages, systemPackages }: Known): SizeNode {
  const known = (all: Known['packages']): readonly SizeNode[] => {
    const bytesOf = new Map<string, number>()
    for (const { name, bytes } of all) bytesOf.set(name, (bytesOf.get(name) ?? 0) + bytes)
    return [...bytesOf].map(([name, bytes]) => ({ name, kind: 'package', bytes, children: [] }))
  }
  const inPart: Partial<Record<Part, readonly SizeNode[]>> = {
    environment: known(packages),
    system: known(systemPackages),
  }
  const children = (Object.entries(parts) as [Part, number][]).map(([part, bytes]): SizeNode => {
    const owned = inPart[part] ?? []
    const rest = bytes - owned.reduce((sum, one) => sum + one.bytes, 0)
    // Packages may have files elsewhere, which count for another part.
    if (owned.length === 0 || rest < 0) return { name: part, kind: 'part', bytes, children: [] }
    const other: SizeNode = { name: ownerless, kind: 'folder', bytes: rest, children: [] }
    return { name: part, kind: 'part', bytes, children: sorted([...owned, other]) }
  })
  const bytes = children.reduce((sum, one) => sum + one.bytes, 0)
  return { name: image.reference, kind: 'image', bytes, children: sorted(children) }
}

/** Folders below a package or a part that are told apart: what is deeper counts for the deepest. */
const deepest = 64

interface Folder {
  readonly kind: SizeNode['kind']
  readonly folders: Map<string, Folder>
  readonly files: SizeNode[]
}

function newFolder(kind: SizeNode['kind']): Folder {
  return { kind, folders: new Map(), files: [] }
}

function child({ folders }: Folder, name: string, kind: SizeNode['kind']): Folder {
  // A package and a folder may have one name.
  const key = `${kind}/${name}`
  let found = folders.get(key)
  if (!found) folders.set(key, (found = newFolder(kind)))
  return found
}

function add(root: Folder, path: string, bytes: number): void {
  let at = root
  for (const name of parentOf(path).split('/', deepest)) if (name !== '') at = child(at, name, 'folder')
  at.files.push({ name: baseName(path), kind: 'file', bytes, children: [] })
}

function nodeOf(name: string, { kind, folders, files }: Folder): SizeNode {
  const children = sorted([
    ...[...folders].map(([key, one]) => nodeOf(key.slice(key.indexOf('/') + 1), one)),
    ...files,
  ])
  return { name, kind, bytes: children.reduce((sum, one) => sum + one.bytes, 0), children }
}

function sorted(nodes: readonly SizeNode[]): readonly SizeNode[] {
  return nodes
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
}

import { parseBytecode } from './bytecode.ts'
import { type Content, contentsOf } from './contents.ts'
import { layerFiles } from './layer-files.ts'
import type { LayerListing, ListedEntry } from './listing.ts'
import { Overlay } from './overlay.ts'

/** What a container sees, and what of each layer it does not. */
export interface Filesystem {
  /** By path, lower layers first. The root, and directories that no layer has an entry for, are missing here. */
  readonly files: ReadonlyMap<string, VisibleFile>
  /** In the order of the listings. */
  readonly layers: readonly LayerUse[]
  /** Bytes of all files that a container sees. */
  readonly bytes: number
  /** Texts and versions of the listings, of files that are seen, under each of their names. */
  readonly texts: ReadonlyMap<string, string>
  readonly versions: ReadonlyMap<string, string>
  /** Compiled files that are seen beside a source that they were not compiled from. */
  readonly stale: ReadonlySet<string>
}

export interface VisibleFile {
  readonly entry: ListedEntry
  /** Index of the layer that has the entry. */
  readonly layer: number
  /** Bytes that count for this name: a file with several names counts for the first that is seen, spare names last. */
  readonly bytes: number
}

export interface LayerUse {
  /** Bytes of the layer's files, seen or not. */
  readonly disk: number
  /** Files that no name shows any more. */
  readonly hidden: readonly HiddenFile[]
}

/** `by` is the layer that deleted or replaced it, or the last of its names. */
export interface HiddenFile {
  readonly path: string
  readonly bytes: number
  readonly by: number
  /** Size of the file that the layer `by` has in its place; undefined when it has none. */
  readonly replacedBy: number | undefined
}

type Listing = Pick<LayerListing, 'entries' | 'texts' | 'versions' | 'stale'>
interface Seen {
  readonly entry: ListedEntry
  readonly layer: number
  readonly content: Content | undefined
}

/**
 * Merges layers, lowest first, as an overlay does: whiteouts and opaque directories hide what is below them, two
 * directories become one, anything else replaces. Symlinks to directories are not followed. A layer's `disk` is the
 * bytes seen of it and its hidden bytes together. A file of several names counts for one that is not `isSpare`, where
 * it has one: what an installer's cache shares with an environment costs nothing in the cache.
 */
export function mergeLayers(
  listings: readonly Listing[],
  isSpare: (path: string) => boolean = () => false,
): Filesystem {
  const layers = listings.map(layerFiles)
  const contents = contentsOf(layers)
  const overlay = new Overlay()
  const hiddenBy = new Map<Content, number>()
  const seen: Seen[][] = layers.map(() => [])
  for (const [layer, files] of [...layers.entries()].reverse()) {
    for (const [path, entry] of files.entries) {
      if (path === '') continue
      const by = overlay.hides(path, entry.type === 'directory')
      const content = contents[layer]?.get(path)
      if (by === undefined) seen[layer]?.push({ entry, layer, content })
      else if (content) hiddenBy.set(content, Math.max(by, hiddenBy.get(content) ?? 0))
    }
    // Below the lowest there is nothing to hide, and it is the one with the most files.
    if (layer > 0) overlay.add(files, layer)
  }

  const files = new Map<string, VisibleFile>()
  const texts = new Map<string, string>()
  const versions = new Map<string, string>()
  const counted = new Set<Content>()
  const needed = neededContents(seen, isSpare)
  let bytes = 0
  // Of a directory that several layers have, the uppermost entry is set last.
  for (const { entry, layer, content } of seen.flat()) {
    const first =
      content !== undefined &&
      !counted.has(content) &&
      !(needed.size > 0 && needed.has(content) && isSpare(entry.path))
    files.set(entry.path, { entry, layer, bytes: first ? content.size : 0 })
    if (!content) continue
    if (first) {
      bytes += content.size
      counted.add(content)
    }
    copy(listings[content.layer]?.texts, content.path, texts, entry.path)
    copy(listings[content.layer]?.versions, content.path, versions, entry.path)
  }
  const uses = layers.map(({ entries }, layer) => {
    const hidden: HiddenFile[] = []
    let disk = 0
    for (const [path, { type, size }] of entries) {
      if (type !== 'file') continue
      disk += size
      const content = contents[layer]?.get(path)
      if (content && !counted.has(content)) {
        const by = hiddenBy.get(content) ?? layer
        const above = by > layer ? layers[by]?.entries.get(path) : undefined
        hidden.push({ path, bytes: size, by, replacedBy: above?.type === 'file' ? above.size : undefined })
      }
    }
    return { disk, hidden }
  })
  return { files, layers: uses, bytes, texts, versions, stale: staleFiles(listings, files) }
}

/** Contents of several names, of which one that is seen is not spare. */
function neededContents(
  seen: readonly (readonly Seen[])[],
  isSpare: (path: string) => boolean,
): ReadonlySet<Content> {
  const linked = new Set<Content>()
  for (const layer of seen)
    for (const { entry, content } of layer) if (content && entry.type === 'hardlink') linked.add(content)
  const needed = new Set<Content>()
  if (linked.size === 0) return needed
  for (const layer of seen)
    for (const { entry, content } of layer)
      if (content && linked.has(content) && !isSpare(entry.path)) needed.add(content)
  return needed
}

/** What a layer says of its own files holds while both the compiled file and the source are those of the layer. */
function staleFiles(listings: readonly Listing[], files: Filesystem['files']): ReadonlySet<string> {
  const stale = new Set<string>()
  for (const [layer, listing] of listings.entries()) {
    for (const path of listing.stale ?? []) {
      const source = parseBytecode(path)?.source
      if (source === undefined) continue
      if (files.get(path)?.layer === layer && files.get(source)?.layer === layer) stale.add(path)
    }
  }
  return stale
}

function copy(
  from: Readonly<Record<string, string>> | undefined,
  key: string,
  to: Map<string, string>,
  name: string,
): void {
  const value = from !== undefined && Object.hasOwn(from, key) ? from[key] : undefined
  if (value !== undefined) to.set(name, value)
}

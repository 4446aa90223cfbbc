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
}

export interface VisibleFile {
  readonly entry: ListedEntry
  /** Index of the layer that has the entry. */
  readonly layer: number
  /** Bytes that count for this name: a file with several names counts for the first that is seen. */
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
}

type Listing = Pick<LayerListing, 'entries' | 'texts' | 'versions'>
interface Seen {
  readonly entry: ListedEntry
  readonly layer: number
  readonly content: Content | undefined
}

/**
 * Merges layers, lowest first, as an overlay does: whiteouts and opaque directories hide what is below them, two
 * directories become one, anything else replaces. Symlinks to directories are not followed. A layer's `disk` is the
 * bytes seen of it and its hidden bytes together.
 */
export function mergeLayers(listings: readonly Listing[]): Filesystem {
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
    overlay.add(files, layer)
  }

  const files = new Map<string, VisibleFile>()
  const texts = new Map<string, string>()
  const versions = new Map<string, string>()
  const counted = new Set<Content>()
  let bytes = 0
  // Of a directory that several layers have, the uppermost entry is set last.
  for (const { entry, layer, content } of seen.flat()) {
    const first = content !== undefined && !counted.has(content)
    files.set(entry.path, { entry, layer, bytes: first ? content.size : 0 })
    if (!content) continue
    if (first) bytes += content.size
    counted.add(content)
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
        hidden.push({ path, bytes: size, by: hiddenBy.get(content) ?? layer })
      }
    }
    return { disk, hidden }
  })
  return { files, layers: uses, bytes, texts, versions }
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

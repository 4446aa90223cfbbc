import type { LayerListing, ListedEntry } from './listing.ts'

/** What one layer adds and takes away (OCI image spec, layer.md, "Whiteouts"). */
export interface LayerFiles {
  /** By path, in the order of the tar; of entries with the same path the last. */
  readonly entries: ReadonlyMap<string, ListedEntry>
  /** Paths of lower layers that this layer deletes. */
  readonly whiteouts: readonly string[]
  /** Directories whose content in lower layers is deleted. */
  readonly opaque: readonly string[]
}

export function layerFiles(listing: Pick<LayerListing, 'entries'>): LayerFiles {
  const entries = new Map<string, ListedEntry>()
  const whiteouts: string[] = []
  const opaque: string[] = []
  for (const entry of listing.entries) {
    const name = baseName(entry.path)
    if (name === '.wh..wh..opq') opaque.push(parentOf(entry.path))
    else if (name.startsWith('.wh.')) {
      // `.wh..wh.plnk` and the like are AUFS's own bookkeeping.
      if (name.startsWith('.wh..wh.')) continue
      const target = name.slice('.wh.'.length)
      // `.wh.`, `.wh..` and `.wh...` would name the folder itself or the one above.
      if (!/^\.{0,2}$/.test(target)) whiteouts.push(join(parentOf(entry.path), target))
    } else {
      entries.delete(entry.path)
      entries.set(entry.path, entry)
    }
  }
  dropReplaced(entries)
  return { entries, whiteouts, opaque }
}

/** Takes out what was in a directory that the same layer replaced by something else later. */
function dropReplaced(entries: Map<string, ListedEntry>): void {
  const parents = new Set<string>()
  let last = ''
  for (const path of entries.keys()) {
    const parent = parentOf(path)
    // A tar has the files of a folder one after another.
    if (parent !== last) parents.add(parent)
    last = parent
  }
  const replacedAt = new Map<string, number>()
  let position = 0
  for (const [path, { type }] of entries) {
    if (type !== 'directory' && parents.has(path)) replacedAt.set(path, position)
    position += 1
  }
  if (replacedAt.size === 0) return
  position = 0
  for (const path of [...entries.keys()]) {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
      if ((replacedAt.get(parent) ?? -1) > position) entries.delete(path)
    }
    position += 1
  }
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

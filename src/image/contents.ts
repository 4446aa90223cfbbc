import type { LayerFiles } from './layer-files.ts'

/** A file's bytes, which several names may show. */
export interface Content {
  readonly layer: number
  /** Of the entry that has the bytes. */
  readonly path: string
  readonly size: number
}

/** For each layer, the content of its files and hard links by path. A link whose target is nowhere has none. */
export function contentsOf(layers: readonly LayerFiles[]): readonly ReadonlyMap<string, Content>[] {
  const contents: Map<string, Content>[] = []
  for (const [layer, { entries }] of layers.entries()) {
    const own = new Map<string, Content>()
    let links: { path: string; target: string }[] = []
    for (const [path, { type, size, linkname }] of entries) {
      if (type === 'file') own.set(path, { layer, path, size })
      else if (type === 'hardlink') links.push({ path, target: linkname ?? '' })
    }
    // A target is a file, or a link that comes before; a second round is for tars that are out of order.
    for (let round = 0; round < 2; round += 1) {
      links = links.filter(({ path, target }) => {
        const content = own.get(target)
        if (content) own.set(path, content)
        return !content
      })
    }
    for (const { path, target } of links) {
      const content = contents.findLast((lower) => lower.has(target))?.get(target)
      if (content) own.set(path, content)
    }
    contents.push(own)
  }
  return contents
}

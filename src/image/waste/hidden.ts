import type { Filesystem, HiddenFile } from '../filesystem.ts'
import type { Cache } from './caches.ts'
import { type Finding, LayerBytes } from './finding.ts'

/** What a later layer does to files: takes them away, writes others in their place, or writes the same ones again. */
type Fate = 'deleted' | 'replaced' | 'again'

interface Group {
  readonly layer: number
  readonly by: number
  readonly fate: Fate
  readonly cache: Cache | undefined
  readonly files: HiddenFile[]
}

/** Files of one size that a layer writes again, from which it is told as a copy of them and not as chance. */
const copies = 10

/**
 * Files that a later layer deletes or replaces: they are stored and pulled, and no container sees them. One finding
 * for each pair of layers, what was done, and cache. `layerName` is for people: a layer's number and what made it.
 * What the base hides of itself is not told, nor what is hidden of the base: leaving it there saves nothing.
 */
export function findHidden(
  { layers }: Pick<Filesystem, 'layers'>,
  baseLayers: number,
  cacheOf: (path: string) => Cache | undefined,
  layerName: (layer: number) => string,
): readonly Finding[] {
  const groups = new Map<string, Group>()
  for (const [layer, { hidden }] of layers.entries()) {
    if (layer < baseLayers) continue
    const again = layersThatCopy(hidden)
    for (const file of hidden) {
      if (file.bytes === 0) continue
      const cache = cacheOf(file.path)
      const fate =
        file.replacedBy === undefined
          ? 'deleted'
          : file.replacedBy === file.bytes && again.has(file.by)
            ? 'again'
            : 'replaced'
      const key = [layer, file.by, fate, cache?.place ?? ''].join('\0')
      const group = groups.get(key) ?? { layer, by: file.by, fate, cache, files: [] }
      group.files.push(file)
      groups.set(key, group)
    }
  }
  return [...groups.values()].map((group) => findingOf(group, layerName))
}

function findingOf({ layer, by, fate, cache, files }: Group, layerName: (layer: number) => string): Finding {
  const bytes = new LayerBytes()
  for (const file of files) bytes.add(layer, file.bytes)
  const count = files.length === 1 ? 'a file' : `${files.length} files`
  const what = cache === undefined ? count : cache.of.includes(' ') ? cache.of : `cache of ${cache.of}`
  const from = `${what} of ${layerName(layer)}`
  return {
    path: cache?.place ?? placeOf(files),
    part: 'hidden',
    bytesIn: bytes.in,
    why:
      fate === 'again'
        ? `${from} again in ${layerName(by)}, with the same names and sizes`
        : `${from}, ${fate} in ${layerName(by)}`,
    hint:
      cache !== undefined
        ? cache.hint
        : fate === 'again'
          ? '`COPY --chown` and `COPY --chmod` set owner and mode in the layer itself; `RUN chown` and `RUN chmod` copy every file'
          : fate === 'deleted'
            ? 'delete in the RUN that writes them, or build in a stage of its own and `COPY --from` it what is wanted'
            : 'write them once: copy or install the final version only',
  }
}

/** Layers that write most of what they replace in its old size, and enough of it. */
function layersThatCopy(hidden: readonly HiddenFile[]): ReadonlySet<number> {
  const counts = new Map<number, { same: number; other: number }>()
  for (const { by, bytes, replacedBy } of hidden) {
    if (replacedBy === undefined || bytes === 0) continue
    const count = counts.get(by) ?? { same: 0, other: 0 }
    if (replacedBy === bytes) count.same += 1
    else count.other += 1
    counts.set(by, count)
  }
  return new Set(
    [...counts].filter(([, { same, other }]) => same >= copies && same > other).map(([by]) => by),
  )
}

/** The deepest folder that nearly all of the bytes are below, or the file. */
function placeOf(files: readonly HiddenFile[]): string {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let place = ''
  let inside: readonly HiddenFile[] = files
  for (;;) {
    const start = place === '' ? 0 : place.length + 1
    const sizes = new Map<string, number>()
    for (const { path, bytes } of inside) {
      const slash = path.indexOf('/', start)
      const next = slash < 0 ? path : path.slice(0, slash)
      sizes.set(next, (sizes.get(next) ?? 0) + bytes)
    }
    const [best] = [...sizes].sort(([, a], [, b]) => b - a)
    if (best === undefined || best[1] < total * 0.8 || best[0] === place) return place
    place = best[0]
    const below = `${place}/`
    inside = inside.filter(({ path }) => path === place || path.startsWith(below))
  }
}

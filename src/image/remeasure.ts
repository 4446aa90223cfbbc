import type { Attribution } from './attribution.ts'
import type { LayerListing, ListedEntry } from './listing.ts'
import { largestPart, noParts } from './measure.ts'
import { bySize, type Measurement, type Part } from './measurement.ts'
import { parseRecord } from './record.ts'
import type { Image } from './source.ts'
import { weighedByWaste } from './waste/waste.ts'

/** Who has a file of the topmost layer: its part, and its package by position; `fixed` where more hangs on its size. */
export interface Owner {
  readonly part: Part
  readonly package?: number
  readonly fixed?: true
}

/** A measurement, and what it takes to correct it when files of the topmost layer have other sizes. */
export interface Remeasurable {
  readonly measurement: Measurement
  readonly top: LayerListing
  /** One for each entry of `top`. */
  readonly owners: readonly Owner[]
}

/**
 * Who has each file of the topmost layer. Undefined where a size may mean more than its bytes: for an image whose base
 * is not known, and for a layer with links between files, deletions, a path twice, or waste.
 */
export function ownersOf(
  measurement: Measurement,
  listings: readonly LayerListing[],
  attribution: Attribution,
): readonly Owner[] | undefined {
  const { filesystem, baseLayers, distributions, systemPackages, partOf } = attribution
  const layer = listings.length - 1
  const top = listings[layer]
  if (!top || baseLayers === undefined || layer < baseLayers) return undefined
  const paths = new Set(top.entries.map(({ path }) => path))
  const isPlain = ({ path, type }: ListedEntry): boolean =>
    type !== 'hardlink' && !/(?:^|\/)\.wh\./.test(path)
  if (paths.size !== top.entries.length || !top.entries.every(isPlain)) return undefined
  const packages = new Map(measurement.packages.map(({ name, location }, i) => [`${location}/${name}`, i]))
  const packageOf = new Map<string, number | undefined>()
  for (const { name, location, files } of distributions) {
    const position = packages.get(`/${location}/${name}`)
    for (const path of files) if (paths.has(path)) packageOf.set(path, position)
  }
  const system = new Set(systemPackages.flatMap(({ files }) => files))
  const weighed = weighedByWaste(attribution, layer)
  if (!weighed) return undefined
  return top.entries.map(({ path }) => {
    const part = partOf(path, layer)
    const position = packageOf.get(path)
    const isSeen = filesystem.files.get(path)?.layer === layer
    const isFixed =
      !isSeen || weighed.has(path) || system.has(path) || (packageOf.has(path) && position === undefined)
    return {
      part,
      ...(position === undefined ? {} : { package: position }),
      ...(isFixed ? { fixed: true } : {}),
    }
  })
}

/**
 * The measurement of an image that has the layers of one measured before, but for the sizes of files in the topmost;
 * undefined when more than that is different, so that all of it has to be measured. The same as `measure` gives.
 */
export function remeasure(
  { measurement, top, owners }: Remeasurable,
  { digest, manifest, config }: Pick<Image, 'digest' | 'manifest' | 'config'>,
  now: LayerListing,
): Measurement | undefined {
  const descriptor = manifest.layers.at(-1)
  const layer = measurement.layers.at(-1)
  if (!descriptor || !layer || measurement.layers.length !== manifest.layers.length) return undefined
  if (!hasSameShape(top, now)) return undefined
  const parts = { ...measurement.parts }
  const own = noParts()
  const packages = measurement.packages.map((one) => ({ ...one }))
  let grown = 0
  for (const [i, { size, type }] of now.entries.entries()) {
    const owner = owners[i]
    const more = size - (top.entries[i]?.size ?? 0)
    if (!owner || (more !== 0 && owner.fixed)) return undefined
    if (type === 'file') own[owner.part] += size
    parts[owner.part] += more
    grown += more
    const inPackage = owner.package === undefined ? undefined : packages[owner.package]
    if (inPackage) inPackage.bytes += more
  }
  const changed = {
    ...layer,
    digest: descriptor.digest,
    diffId: config.diffIds.at(-1) ?? now.diffId,
    mediaType: descriptor.mediaType,
    download: descriptor.size,
    disk: layer.disk + grown,
    part: largestPart(own),
  }
  const { sizes } = measurement
  return {
    ...measurement,
    image: { ...measurement.image, digest },
    sizes: {
      download: sizes.download - layer.download + descriptor.size,
      disk: sizes.disk + grown,
      filesystem: sizes.filesystem + grown,
      environment: parts.environment,
    },
    parts,
    layers: [...measurement.layers.slice(0, -1), changed],
    packages: packages.sort(bySize),
  }
}

/** Whether two listings of a layer differ in nothing but sizes, and in the hashes that a RECORD has for what it lists. */
function hasSameShape(a: LayerListing, b: LayerListing): boolean {
  if (a.entries.length !== b.entries.length || a.compression !== b.compression) return false
  for (const [i, one] of a.entries.entries()) {
    const other = b.entries[i]
    if (one.path !== other?.path || one.type !== other.type || one.linkname !== other.linkname) return false
  }
  const paths = Object.keys(a.texts)
  if (JSON.stringify([a.versions, a.stale, a.leftOut]) !== JSON.stringify([b.versions, b.stale, b.leftOut]))
    return false
  return (
    paths.length === Object.keys(b.texts).length &&
    paths.every((path) => {
      const [before, after] = [a.texts[path], b.texts[path]]
      if (before === after) return true
      if (before === undefined || after === undefined || !path.endsWith('.dist-info/RECORD')) return false
      return JSON.stringify(pathsIn(before)) === JSON.stringify(pathsIn(after))
    })
  )
}

function pathsIn(record: string): readonly string[] {
  return parseRecord(record).map(({ path }) => path)
}

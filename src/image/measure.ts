import { Failure } from '../failure.ts'
import { attribute } from './attribution.ts'
import type { Filesystem } from './filesystem.ts'
import type { LayerListing } from './listing.ts'
import { bySize, type Measurement, type Part } from './measurement.ts'
import { formatPlatform } from './platform.ts'
import { findRequirers, type RequirementsOf } from './required-by.ts'
import type { Image } from './source.ts'
import { unreadDatabases } from './system-packages.ts'
import { findWaste } from './waste/waste.ts'

/** What is measured: an image's own description and the listing of each of its layers. */
export interface Measured extends Pick<
  Image,
  'reference' | 'digest' | 'platform' | 'manifest' | 'config' | 'source'
> {
  /** One for each layer, lowest first. */
  readonly listings: readonly LayerListing[]
  /** How many of the layers are the base's; where it is not known, the history may still tell. */
  readonly baseLayers: number | undefined
  readonly mode?: Measurement['mode']
  readonly engine?: Measurement['engine']
  /** The project's own requirements, as names or as written; without them those that no distribution requires. */
  readonly directNames?: readonly string[] | ReadonlySet<string> | undefined
  /** Names that a distribution requires; without it all that are not behind an extra. */
  readonly requirementsOf?: RequirementsOf
  readonly timings: Measurement['timings']
}

/**
 * The measurement of an image, from its layers' listings alone. The parts add up to `filesystem`, the layers to
 * `download` and `disk`, and each byte has one owner. Distributions and system packages of a known base are part of
 * the base and not listed. Throws Failure when the listings are not those of the image.
 */
export function measure(image: Measured, attribution = attribute(image)): Measurement {
  const { manifest, listings, mode, engine } = image
  if (listings.length !== manifest.layers.length) {
    throw new Failure(
      'build',
      `${image.reference} has ${manifest.layers.length} layers, and ${listings.length} were read`,
    )
  }
  const { filesystem, baseLayers, distributions, systemPackages, partOf, isAdded } = attribution
  const { parts, byLayer } = partSizes(filesystem, partOf)
  const layers = layersOf(image, filesystem, baseLayers, byLayer)

  const bytesOf = (files: readonly string[]): number =>
    sum(files.filter(isAdded).map((path) => filesystem.files.get(path)?.bytes ?? 0))
  const added = distributions.filter(({ info, files }) =>
    files.some((path) => (path === info || path.startsWith(`${info}/`)) && isAdded(path)),
  )
  const requirers = findRequirers(added, image.directNames, image.requirementsOf)

  const notRead = unreadDatabases(filesystem)
  return {
    schemaVersion: 1,
    image: { reference: image.reference, digest: image.digest, platform: formatPlatform(image.platform) },
    basis: { compression: compressionOf(listings), source: image.source },
    ...(mode === undefined ? {} : { mode }),
    ...(engine === undefined ? {} : { engine }),
    sizes: {
      download: sum(layers.map(({ download }) => download)),
      disk: sum(layers.map(({ disk }) => disk)),
      filesystem: filesystem.bytes,
      environment: parts.environment,
    },
    parts,
    layers,
    packages: added
      .map(({ name, version, files, location, installer, editable, estimated }) => ({
        name,
        version,
        bytes: bytesOf(files),
        files: files.filter(isAdded).length,
        location: `/${location}`,
        direct: requirers.get(name)?.direct ?? false,
        requiredBy: (requirers.get(name)?.requiredBy ?? []).map((chain) => [...chain]),
        ...(installer === undefined ? {} : { installer }),
        ...(editable === undefined ? {} : { editable: `/${editable}` }),
        ...(estimated ? { estimated } : {}),
      }))
      .sort(bySize),
    systemPackages: systemPackages
      .filter(({ files }) => baseLayers === undefined || files.some(isAdded))
      .map(({ name, version, files }) => ({ name, version, bytes: bytesOf(files) }))
      .sort(bySize),
    ...(notRead.length === 0 ? {} : { notRead: [...notRead] }),
    waste: [...findWaste(attribution, layers, ({ name }) => requirers.get(name)?.isRequired ?? true)],
    timings: [...image.timings],
  }
}

/** Zero bytes of every part. */
export function noParts(): Record<Part, number> {
  return { base: 0, system: 0, interpreter: 0, environment: 0, app: 0, waste: 0, other: 0 }
}

function partSizes(
  filesystem: Filesystem,
  partOf: (path: string, layer: number) => Part,
): { readonly parts: Record<Part, number>; readonly byLayer: ReadonlyMap<number, Record<Part, number>> } {
  const parts = noParts()
  const byLayer = new Map<number, Record<Part, number>>()
  for (const [path, { layer, bytes }] of filesystem.files) {
    if (bytes === 0) continue
    const part = partOf(path, layer)
    parts[part] += bytes
    const own = byLayer.get(layer) ?? noParts()
    own[part] += bytes
    byLayer.set(layer, own)
  }
  return { parts, byLayer }
}

function layersOf(
  { manifest, config, listings }: Measured,
  filesystem: Filesystem,
  baseLayers: number | undefined,
  byLayer: ReadonlyMap<number, Record<Part, number>>,
): Measurement['layers'] {
  const history = config.history.filter(({ emptyLayer }) => emptyLayer !== true)
  return manifest.layers.map((descriptor, i) => ({
    digest: descriptor.digest,
    diffId: config.diffIds[i] ?? listings[i]?.diffId ?? '',
    mediaType: descriptor.mediaType,
    download: descriptor.size,
    disk: filesystem.layers[i]?.disk ?? 0,
    ...(listings[i]?.missing ? { notMeasured: true as const } : {}),
    part: baseLayers !== undefined && i < baseLayers ? 'base' : largestPart(byLayer.get(i)),
    // A history that says less than there are layers is about no layer in particular.
    createdBy: history.length === manifest.layers.length ? (history[i]?.createdBy ?? '') : '',
  }))
}

/** What most bytes of a layer are; `other` for one without any. */
export function largestPart(parts: Record<Part, number> | undefined): Part {
  const sorted = (Object.entries(parts ?? {}) as [Part, number][]).sort(([, a], [, b]) => b - a)
  return sorted[0]?.[0] ?? 'other'
}

function compressionOf(listings: readonly LayerListing[]): Measurement['basis']['compression'] {
  const [first = 'none', ...more] = new Set(
    listings.filter(({ missing }) => missing !== true).map(({ compression }) => compression),
  )
  return more.length === 0 ? first : 'mixed'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

import { baseLayersByHistory } from './base-layers.ts'
import { findCondaPackages, isInterpreter } from './conda.ts'
import { type Distribution, findDistributions } from './distributions.ts'
import { type Filesystem, mergeLayers } from './filesystem.ts'
import type { Measured } from './measure.ts'
import type { Part } from './measurement.ts'
import { createParts } from './parts.ts'
import { findSystemPackages, type SystemPackage } from './system-packages.ts'
import { type Cache, createCaches } from './waste/caches.ts'
import { findLeftovers, type Leftover } from './waste/leftovers.ts'

/** What each file of an image belongs to. */
export interface Attribution {
  readonly filesystem: Filesystem
  /** How many of the layers are the base's; undefined where nothing tells. */
  readonly baseLayers: number | undefined
  readonly distributions: readonly Distribution[]
  /** With the files that no distribution owns. */
  readonly systemPackages: readonly SystemPackage[]
  /** The package manager's cache that a path lies in. */
  readonly cacheOf: (path: string) => Cache | undefined
  /** By path: what nothing in a container reads. */
  readonly leftovers: ReadonlyMap<string, Leftover>
  readonly partOf: (path: string, layer: number) => Part
  /** Whether a file is in a layer above the base's. */
  readonly isAdded: (path: string) => boolean
}

/** Finds the owner of each file, from the listings of an image's layers. */
export function attribute(image: Pick<Measured, 'config' | 'listings' | 'baseLayers'>): Attribution {
  const baseLayers = image.baseLayers ?? baseLayersByHistory(image.config)
  const cacheOf = createCaches(image.config.config.env)
  const filesystem = mergeLayers(image.listings, (path) => cacheOf(path) !== undefined)
  const leftovers = findLeftovers(filesystem, cacheOf)
  const distributions = findDistributions(filesystem, leftovers)
  const owned = new Set(distributions.flatMap(({ files }) => files))
  const systemPackages = findSystemPackages(filesystem).map((one) => ({
    ...one,
    files: one.files.filter((path) => !owned.has(path)),
  }))
  const partOf = createParts(
    filesystem,
    {
      distributions: owned,
      system: new Set(systemPackages.flatMap(({ files }) => files)),
      interpreter: new Set(
        findCondaPackages(filesystem).flatMap((one) => (isInterpreter(one) ? one.files : [])),
      ),
      leftovers,
    },
    { baseLayers, workingDir: image.config.config.workingDir },
  )
  const isAdded = (path: string): boolean =>
    baseLayers === undefined || (filesystem.files.get(path)?.layer ?? 0) >= baseLayers
  return { filesystem, baseLayers, distributions, systemPackages, cacheOf, leftovers, partOf, isAdded }
}

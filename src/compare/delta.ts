import type { Measurement, Part } from '../image/measurement.ts'

export type ImageLayer = Measurement['layers'][number]

/**
 * One figure before and after, in bytes or milliseconds. Figures of different bases are not compared: then the reason
 * is here instead of a difference, with whatever is known of each side.
 */
export type Comparison =
  | { readonly kind: 'compared'; readonly before: number; readonly after: number; readonly delta: number }
  | {
      readonly kind: 'incomparable'
      readonly before: number | undefined
      readonly after: number | undefined
      readonly reason: string
    }

export type ComparedFigure = 'download' | 'disk' | 'filesystem' | 'environment' | 'buildTime' | 'startTime'

/** A measurement minus another one, its base. */
export interface Delta {
  readonly base: Measurement['image']
  readonly head: Measurement['image']
  readonly figures: Readonly<Record<ComparedFigure, Comparison>>
  readonly parts: Readonly<Record<Part, Comparison>>
  readonly layers: LayerChanges
  /** Bytes that a host with the base fetches for the head. `before` is always 0: of itself a host has everything. */
  readonly updateDownload: Comparison
  /** What the base image's own move did; undefined when the layers of the base image are the same. */
  readonly baseDrift: BaseDrift | undefined
  /** Distributions, the largest difference first. */
  readonly packages: readonly PackageChange[]
  readonly systemPackages: readonly PackageChange[]
  /** Waste that is new, gone or of another size, the largest difference first. */
  readonly waste: readonly WasteChange[]
  readonly timings: readonly { readonly step: string; readonly time: Comparison }[]
}

/** Layers of the head that the base has (`kept`) or has not (`added`), and those of the base that are gone. */
export interface LayerChanges {
  readonly kept: readonly ImageLayer[]
  readonly added: readonly ImageLayer[]
  readonly removed: readonly ImageLayer[]
}

/**
 * Bytes; the part of each figure's difference that no change of the project caused. Of the filesystem as much as of
 * the disk: base images hide next to nothing.
 */
export interface BaseDrift {
  readonly download: number
  readonly disk: number
  readonly filesystem: number
  /** Of the update download. */
  readonly updateDownload: number
}

export interface PackageChange {
  readonly name: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly before: PackageState | undefined
  readonly after: PackageState | undefined
  /** Bytes; undefined where the two are for different platforms. */
  readonly delta: number | undefined
  readonly direct: boolean
  /** Chains to a requirement of the project, of the head where it is there. */
  readonly requiredBy: readonly (readonly string[])[]
}

/** A place of waste on both sides, in bytes; `why` and `hint` are the head's where it is still there. */
export interface WasteChange {
  readonly path: string
  readonly kind: PackageChange['kind']
  readonly before: number | undefined
  readonly after: number | undefined
  /** Undefined where the two are for different platforms. */
  readonly delta: number | undefined
  readonly why: string
  readonly hint: string
}

export interface PackageState {
  readonly version: string
  readonly bytes: number
}

/** Whether the two are the same image, or differ in nothing that this delta knows. */
export function isUnchanged(delta: Delta): boolean {
  if (delta.base.digest === delta.head.digest) return true
  const sizes = [
    delta.figures.download,
    delta.figures.disk,
    delta.figures.filesystem,
    delta.figures.environment,
  ]
  return (
    sizes.every((figure) => figure.kind === 'compared' && figure.delta === 0) &&
    delta.layers.added.length === 0 &&
    delta.layers.removed.length === 0 &&
    delta.packages.length === 0
  )
}

import type { Measurement, Part } from '../image/measurement.ts'
import type { Comparison, ComparedFigure, Delta } from './delta.ts'
import { compareLayers, driftOf } from './layers.ts'
import { comparePackages, compareSystemPackages } from './packages.ts'
import { compareTimings, stepTime, totalStep, startStep } from './timings.ts'
import { compareWaste } from './waste.ts'

/** What changed from `base` to `head`. Nothing is compared across platforms, and no download across compressions. */
export function compare(head: Measurement, base: Measurement): Delta {
  const platforms =
    head.image.platform === base.image.platform
      ? undefined
      : `the baseline is for ${base.image.platform}, this image for ${head.image.platform}`
  const compressions =
    head.basis.compression === base.basis.compression
      ? undefined
      : `the baseline's layers are ${compressed(base)}, this image's ${compressed(head)}`
  const size = (figure: 'download' | 'disk' | 'filesystem' | 'environment', reason?: string): Comparison =>
    comparison(base.sizes[figure], head.sizes[figure], reason)
  const layers = compareLayers(head, base)
  const figures: Record<ComparedFigure, Comparison> = {
    download: size('download', platforms ?? compressions),
    disk: size('disk', platforms),
    filesystem: size('filesystem', platforms),
    environment: size('environment', platforms),
    buildTime: stepTime(totalStep, 'build time', head, base, platforms),
    startTime: stepTime(startStep, 'start time', head, base, platforms),
  }
  const parts = Object.fromEntries(
    Object.entries(head.parts).map(([part, after]) => [
      part,
      comparison(base.parts[part as Part], after, platforms),
    ]),
  ) as Record<Part, Comparison>
  return {
    base: base.image,
    head: head.image,
    figures,
    parts,
    layers,
    updateDownload: comparison(
      0,
      layers.added.reduce((sum, layer) => sum + layer.download, 0),
      platforms ?? (knowsItsBlobs(base) && knowsItsBlobs(head) ? undefined : compressions),
    ),
    baseDrift: driftOf(layers, head, base),
    packages: comparePackages(head.packages, base.packages, platforms === undefined),
    systemPackages: compareSystemPackages(head.systemPackages, base.systemPackages, platforms === undefined),
    waste: compareWaste(head.waste, base.waste, platforms === undefined),
    timings: compareTimings(head, base, platforms),
  }
}

function comparison(before: number, after: number, reason?: string): Comparison {
  return reason === undefined
    ? { kind: 'compared', before, after, delta: after - before }
    : { kind: 'incomparable', before, after, reason }
}

/** Docker's archives and its classic store hand out layers as plain tars, whatever a registry has of them. */
function knowsItsBlobs({ basis }: Measurement): boolean {
  return basis.source !== 'docker-daemon' && basis.source !== 'docker-archive'
}

function compressed({ basis }: Measurement): string {
  switch (basis.compression) {
    case 'none':
      return 'not compressed'
    case 'mixed':
      return 'compressed in several ways'
    default:
      return `compressed with ${basis.compression}`
  }
}

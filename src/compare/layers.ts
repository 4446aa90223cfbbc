import type { Measurement } from '../image/measurement.ts'
import type { BaseDrift, ImageLayer, LayerChanges } from './delta.ts'

/** Layers are the same when their blobs are: a host that has the same files compressed otherwise fetches them again. */
export function compareLayers(head: Measurement, base: Measurement): LayerChanges {
  const inBase = new Set(base.layers.map((layer) => layer.digest))
  const inHead = new Set(head.layers.map((layer) => layer.digest))
  // A blob that an image has twice is fetched once.
  const seen = new Set<string>()
  const added: ImageLayer[] = []
  const kept: ImageLayer[] = []
  for (const layer of head.layers) {
    if (inBase.has(layer.digest) || seen.has(layer.digest)) kept.push(layer)
    else added.push(layer)
    seen.add(layer.digest)
  }
  return { kept, added, removed: base.layers.filter((layer) => !inHead.has(layer.digest)) }
}

/** By content (diffID), so that a base that was only compressed anew has not moved. */
export function driftOf(layers: LayerChanges, head: Measurement, base: Measurement): BaseDrift | undefined {
  const isBase = ({ part }: ImageLayer): boolean => part === 'base'
  const [after, before] = [head.layers.filter(isBase), base.layers.filter(isBase)]
  const same = after.length === before.length && after.every(({ diffId }, i) => diffId === before[i]?.diffId)
  if (same || after.length === 0 || before.length === 0 || head.image.platform !== base.image.platform)
    return undefined
  const grown = (figure: 'download' | 'disk'): number => sum(after, figure) - sum(before, figure)
  return {
    download: grown('download'),
    disk: grown('disk'),
    filesystem: grown('disk'),
    updateDownload: sum(layers.added.filter(isBase), 'download'),
  }
}

function sum(layers: readonly ImageLayer[], figure: 'download' | 'disk'): number {
  return layers.reduce((total, layer) => total + layer[figure], 0)
}

import type { Store } from '../../host/store/store.ts'
import type { Measurement } from '../../image/measurement.ts'
import { type SizeNode, sizeTree } from '../../image/size-tree.ts'
import { directNames } from '../../project/direct.ts'
import { requirementsIn } from '../../project/installed.ts'
import { markerEnvironment } from '../../project/target.ts'
import { listLayers } from '../listings.ts'
import { measureImage } from '../measured.ts'
import type { Built } from './build.ts'

export interface MeasureOptions {
  readonly mode: 'ship' | 'volume'
  /** Where the image is or goes, for people. */
  readonly reference: string
  readonly timings: Measurement['timings']
  readonly store: Store
}

/** The measurement of an image that was built here, which knows its project and its base. */
export function measureBuilt(
  { image, base, project, platform }: Built,
  { mode, reference, timings, store }: MeasureOptions,
): Promise<Measurement> {
  const baseLayers = base.image.manifest.layers.length
  const { interpreter: python, libc } = base.facts
  const requirementsOf = requirementsIn(markerEnvironment({ platform, python, libc }))
  const how = { reference, baseLayers, mode, engine: 'assemble', timings } as const
  const named = { ...how, directNames: directNames(project), requirementsOf }
  return measureImage(image, named, store, () => undefined)
}

/** Where its bytes are, down to the files. */
export async function treeOfBuilt({ image, base }: Built, store: Store): Promise<SizeNode> {
  const listings = await listLayers(image, store, () => undefined)
  return sizeTree({ ...image, listings, baseLayers: base.image.manifest.layers.length })
}

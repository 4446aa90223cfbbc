import type { Store } from '../../host/store/store.ts'
import { type Inventory, takeInventory } from '../../image/inventory.ts'
import type { Measured } from '../../image/measure.ts'
import type { Measurement } from '../../image/measurement.ts'
import { type SizeNode, sizeTree } from '../../image/size-tree.ts'
import { directNames } from '../../project/direct.ts'
import { requirementsIn } from '../../project/installed.ts'
import { lockedHashes } from '../../project/locked-hashes.ts'
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
  built: Built,
  { mode, reference, timings, store }: MeasureOptions,
): Promise<Measurement> {
  const how = { ...knownOf(built), reference, mode, engine: 'assemble', timings } as const
  return measureImage(built.image, how, store, () => undefined)
}

/** Where its bytes are, down to the files. */
export async function treeOfBuilt({ image, base }: Built, store: Store): Promise<SizeNode> {
  const listings = await listLayers(image, store, () => undefined, { mayMiss: true })
  return sizeTree({ ...image, listings, baseLayers: base.image.manifest.layers.length })
}

/** What is installed in it, with the hashes of the wheels that its lock chose. */
export async function inventoryOfBuilt(built: Built, store: Store): Promise<Inventory> {
  const { image, lock, target } = built
  const listings = await listLayers(image, store, () => undefined, { mayMiss: true })
  return takeInventory({ ...image, ...knownOf(built), listings, hashesOf: lockedHashes(lock, target) })
}

/** What a build knows of its image, and the image itself does not say. */
function knownOf({
  base,
  project,
  platform,
}: Built): Pick<Measured, 'baseLayers' | 'directNames' | 'requirementsOf'> {
  const { interpreter: python, libc } = base.facts
  return {
    baseLayers: base.image.manifest.layers.length,
    directNames: directNames(project),
    requirementsOf: requirementsIn(markerEnvironment({ platform, python, libc })),
  }
}

import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { openImage } from '../host/images/open.ts'
import type { Store } from '../host/store/store.ts'
import { findBaseFacts } from '../image/base-facts.ts'
import { type Inventory, takeInventory } from '../image/inventory.ts'
import { type Filesystem, mergeLayers } from '../image/filesystem.ts'
import type { Measured } from '../image/measure.ts'
import type { Measurement } from '../image/measurement.ts'
import type { Platform } from '../image/platform.ts'
import { formatImageReference, type ImageReference } from '../image/reference.ts'
import { type SizeNode, sizeTree } from '../image/size-tree.ts'
import type { Image } from '../image/source.ts'
import type { Progress } from '../progress.ts'
import { requirementsIn } from '../project/installed.ts'
import { markerEnvironment } from '../project/target.ts'
import { type BaseHints, findBase } from './base.ts'
import { listLayers } from './listings.ts'
import { type HowMeasured, measureImage } from './measured.ts'

/** An image that was read and measured. */
export interface Analysis {
  readonly image: Image
  readonly measurement: Measurement
  /** How its base was found, or why not; nothing where no one says anything of it. */
  readonly baseNote?: string
  readonly tree: () => Promise<SizeNode>
  readonly inventory: () => Promise<Inventory>
}

export interface AnalysisContext {
  readonly store: Store
  readonly images: ImageContext
  readonly progress: Progress
}

/**
 * Opens, reads and measures an image; what was read or measured before is not read or measured again.
 * `directNames` is what the project requires itself. Throws Failure, also when it does not stand on the base that is named.
 */
export async function analyzeImage(
  reference: ImageReference,
  {
    platform,
    directNames,
    ...hints
  }: BaseHints & {
    readonly platform: Platform | undefined
    readonly directNames?: Measured['directNames']
  },
  { store, images, progress }: AnalysisContext,
): Promise<Analysis> {
  const step = progress.step(`read ${formatImageReference(reference)}`)
  try {
    const image = await openImage(reference, platform, images)
    const { layers: baseLayers, note } = await findBase(image, reference, hints, images)
    const { reference: name } = image
    const how: HowMeasured = {
      ...{ reference: name, baseLayers, directNames, timings: [] },
      byFiles: (filesystem) => requirementsOf(image, filesystem),
    }
    const tell = (text: string): void => step.update(text)
    const measurement = await measureImage(image, how, store, tell)
    step.done()
    const tree = async (): Promise<SizeNode> =>
      sizeTree({ ...image, baseLayers, listings: await listLayers(image, store, tell, { mayMiss: true }) })
    const inventory = async (): Promise<Inventory> => {
      const listings = await listLayers(image, store, tell, { mayMiss: true })
      return takeInventory({
        ...image,
        baseLayers,
        directNames,
        listings,
        ...requirementsOf(image, mergeLayers(listings)),
      })
    }
    return { image, measurement, ...(note === undefined ? {} : { baseNote: note }), tree, inventory }
  } catch (error) {
    step.failed()
    throw error
  }
}

/** What its distributions require of each other, by the image's own Python; nothing is known of an image without one. */
function requirementsOf(
  { reference, config, platform }: Image,
  filesystem: Filesystem,
): Pick<Measured, 'requirementsOf'> {
  try {
    const { interpreter: python, libc } = findBaseFacts(reference, config, filesystem)
    return { requirementsOf: requirementsIn(markerEnvironment({ platform, python, libc })) }
  } catch (error) {
    if (error instanceof Failure) return {}
    throw error
  }
}

import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { openImage } from '../host/images/open.ts'
import type { Platform } from '../image/platform.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'

/** What an image stands on. */
export interface FoundBase {
  /** How many of its lowest layers are the base's; undefined where only its history may tell. */
  readonly layers: number | undefined
  /** For the report: how that is known, or why it is not. */
  readonly note?: string
}

/** How many layers an image has from a base of these: all of them, by their content. Undefined when it has not. */
export function layersBelow({ config }: Image, diffIds: readonly string[]): number | undefined {
  return sharedLayers(config, diffIds) === diffIds.length ? diffIds.length : undefined
}

/** How many of the lowest layers are the same. */
export function sharedLayers(
  { diffIds: own }: Pick<Image['config'], 'diffIds'>,
  diffIds: readonly string[],
): number {
  const differing = diffIds.findIndex((diffId, i) => own[i] !== diffId)
  return differing < 0 ? diffIds.length : differing
}

/** As `layersBelow`, from a base that may not be there: undefined when it cannot be read. */
export async function readBase(
  image: Image,
  reference: ImageReference,
  platform: Platform,
  images: ImageContext,
): Promise<number | undefined> {
  try {
    const { config } = await openImage(reference, platform, images)
    return layersBelow(image, config.diffIds)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { openImage } from '../host/images/open.ts'
import { baseByHistory } from '../image/base-layers.ts'
import { formatImageReference, type ImageReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'
import { baseByDockerfile } from './base-by-dockerfile.ts'
import { baseByLabels } from './base-by-labels.ts'
import { type FoundBase, layersBelow, sharedLayers } from './base-layers.ts'

/** What may tell of an image's base, besides the image. */
export interface BaseHints {
  /** What the user says that it is. */
  readonly base?: ImageReference | undefined
  /** What it may well be: the base of an image that is compared with it. */
  readonly likely?: Image | undefined
  /** Folder of the project that it was made of. */
  readonly project?: string | undefined
}

/**
 * The base of an image: the one that the user names, else the likely one, else the one that the image's own labels
 * name, else the one of the project's Dockerfile, else what its history tells. What cannot be had is noted. Throws
 * Failure when the image does not stand on what the user names.
 */
export async function findBase(
  image: Image,
  reference: ImageReference,
  { base: named, likely, project }: BaseHints,
  images: ImageContext,
): Promise<FoundBase> {
  if (named) return namedBase(image, named, images)
  const byHistory = baseByHistory(image.config)
  if (byHistory && byHistory.is === undefined) return { layers: undefined }
  const layers = likely && layersBelow(image, likely.config.diffIds)
  if (layers !== undefined) return { layers }
  const notes: string[] = []
  for (const find of [
    () => baseByLabels(image, reference, images),
    () => (project === undefined ? undefined : baseByDockerfile(image, reference, project, images)),
  ]) {
    const found = await find()
    // A file that begins from scratch is no proof that the image is of that file.
    if (found?.layers !== undefined && (found.layers > 0 || !byHistory)) return found
    if (found?.note !== undefined && found.layers === undefined) notes.push(found.note)
  }
  if (byHistory) {
    const count = byHistory.layers === 1 ? '1 layer' : `${byHistory.layers} layers`
    notes.push(`Its base was found by its history: ${byHistory.is ?? ''}, ${count}. With --base it is exact.`)
  }
  return { layers: undefined, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) }
}

async function namedBase(image: Image, named: ImageReference, images: ImageContext): Promise<FoundBase> {
  const name = formatImageReference(named)
  const { config } = await openImage(named, image.platform, images)
  const layers = layersBelow(image, config.diffIds)
  if (layers !== undefined) return { layers, note: `Its base is ${name}, as --base says.` }
  const shared = sharedLayers(image.config, config.diffIds)
  const equal =
    shared === 0
      ? 'not even their lowest layers are the same'
      : `of ${config.diffIds.length} layers they share the lowest ${shared}`
  throw new Failure('usage', `${image.reference} does not stand on ${name}: ${equal}`, {
    hint: 'name the very version that it was built on, by digest if its tag has moved, or leave --base out',
  })
}

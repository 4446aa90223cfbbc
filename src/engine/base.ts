import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { openImage } from '../host/images/open.ts'
import { baseByHistory } from '../image/base-layers.ts'
import { isDigest } from '../image/digest.ts'
import { formatImageReference, type ImageReference, parseRepositoryReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'

/** What an image stands on. */
export interface FoundBase {
  /** How many of its lowest layers are the base's; undefined where only its history may tell. */
  readonly layers: number | undefined
  /** For the report: how that is known, or why it is not. */
  readonly note?: string
}

/**
 * The base of an image: the one that the user names, else the one that the image's own labels name, else what its
 * history tells. Labels can say anything: only Docker Hub and the registry that the image itself is in are asked for
 * what they name, and what cannot be had is noted. Throws Failure when the image does not stand on what the user names.
 */
export async function findBase(
  image: Image,
  reference: ImageReference,
  given: ImageReference | undefined,
  images: ImageContext,
): Promise<FoundBase> {
  if (given) {
    const base = await openImage(given, image.platform, images)
    return { layers: layersBelow(image, base, formatImageReference(given)) }
  }
  const byHistory = baseByHistory(image.config)
  if (byHistory && byHistory.is === undefined) return { layers: undefined }
  const labelled = await baseByLabels(image, reference, images)
  if (labelled?.layers !== undefined || !byHistory) return labelled ?? { layers: undefined }
  const layers = byHistory.layers === 1 ? '1 layer' : `${byHistory.layers} layers`
  const note = `Its base was found by its history: ${byHistory.is ?? ''}, ${layers}. With --base it is exact.`
  return { layers: undefined, note: labelled?.note === undefined ? note : `${labelled.note} ${note}` }
}

/** The names that the OCI image specification has for the base in labels and annotations. */
const labels = {
  name: 'org.opencontainers.image.base.name',
  digest: 'org.opencontainers.image.base.digest',
} as const

async function baseByLabels(
  image: Image,
  reference: ImageReference,
  images: ImageContext,
): Promise<FoundBase | undefined> {
  const said = { ...image.config.config.labels, ...image.manifest.annotations }
  const name = said[labels.name]
  if (name === undefined) return undefined
  const unknown = (why: string): FoundBase => ({
    layers: undefined,
    note: `Its labels say that it stands on ${name}, ${why}: with --base, what was added to that is told apart.`,
  })
  const parsed = parseRepositoryReference(name)
  if (!parsed) return unknown('which is no name of an image')
  const ownRegistry = reference.transport === 'docker' ? reference.registry : undefined
  if (parsed.registry !== 'docker.io' && parsed.registry !== ownRegistry)
    return unknown('in a registry that was not asked')
  const digest = said[labels.digest]
  const base: ImageReference = {
    transport: 'docker',
    ...parsed,
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
  }
  try {
    const layers = layersBelow(image, await openImage(base, image.platform, images), name)
    return { layers, note: `Its base is ${name}, as its labels say.` }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return unknown('which could not be read or is another one by now')
  }
}

/** How many layers an image has from its base: all of the base's, by their content. */
function layersBelow(image: Image, base: Image, name: string): number {
  const { diffIds } = base.config
  const shared = diffIds.findIndex((diffId, i) => image.config.diffIds[i] !== diffId)
  if (shared < 0) return diffIds.length
  const equal =
    shared === 0
      ? 'not even their lowest layers are the same'
      : `of ${diffIds.length} layers they share the lowest ${shared}`
  throw new Failure('usage', `${image.reference} does not stand on ${name}: ${equal}`, {
    hint: 'name the very version that it was built on, by digest if its tag has moved, or leave --base out',
  })
}

import type { ImageContext } from '../host/images/context.ts'
import { isDigest } from '../image/digest.ts'
import { type ImageReference, parseRepositoryReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'
import { type FoundBase, readBase } from './base-layers.ts'

/** The names that the OCI image specification has for the base in labels and annotations. */
const labels = {
  name: 'org.opencontainers.image.base.name',
  digest: 'org.opencontainers.image.base.digest',
} as const

/**
 * The base that an image's own labels or annotations name; undefined where they name none. They can say anything: only
 * Docker Hub and the registry that the image itself is in are asked for what they name.
 */
export async function baseByLabels(
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
  const layers = await readBase(image, base, image.platform, images)
  if (layers === undefined) return unknown('which could not be read or is another one by now')
  return { layers, note: `Its base is ${name}, as its labels say.` }
}

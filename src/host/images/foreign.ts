import { Failure } from '../../failure.ts'
import type { Descriptor } from '../../image/manifest.ts'
import type { BundledLayer } from './bundle.ts'

/** Layers that the images do not carry: licences forbid it, and their readers know other places for them. */
export function isForeign({ mediaType }: Descriptor): boolean {
  return /nondistributable|foreign/.test(mediaType)
}

/** The layers whose bytes can be had: all but foreign ones that are not with their image. */
export async function layersAtHand(layers: readonly BundledLayer[]): Promise<readonly BundledLayer[]> {
  const found = await Promise.all(layers.map(isAtHand))
  return layers.filter((_, i) => found[i])
}

/** Throws Failure where Docker, which asks for every layer, could not load the image `name`. */
export async function refuseMissing(layers: readonly BundledLayer[], name: string): Promise<void> {
  const here = new Set(await layersAtHand(layers))
  const missing = layers.find((layer) => !here.has(layer))
  if (!missing) return
  throw new Failure(
    'usage',
    `${name} would be of no use: Docker loads no image without layer ${missing.descriptor.digest}, a foreign layer that is not with ${missing.image.reference}`,
    { hint: 'push it, write oci:DIR or oci-archive:FILE, or choose a base without such a layer' },
  )
}

async function isAtHand({ descriptor, image }: BundledLayer): Promise<boolean> {
  return !isForeign(descriptor) || (await image.blobs.has?.(descriptor)) !== false
}

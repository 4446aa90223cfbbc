import { Failure } from '../../failure.ts'
import { findBaseFacts } from '../../image/base-facts.ts'
import { mergeLayers } from '../../image/filesystem.ts'
import type { BaseFacts } from '../../image/interpreter.ts'
import type { LayerListing } from '../../image/listing.ts'
import type { Descriptor } from '../../image/manifest.ts'
import type { BlobReader, Image, OpenOptions } from '../../image/source.ts'
import { drain } from '../../host/store/blobs.ts'
import { lasting } from '../../host/store/keep.ts'
import type { Store } from '../../host/store/store.ts'
import { listLayers, touchListings } from '../listings.ts'

/** A base image and what an environment needs to know of it. */
export interface Base {
  /** Its blobs come from the store where they are kept, and are kept when they are read. */
  readonly image: Image
  readonly facts: BaseFacts
}

/** Looks into a base image. Its layers are read the first time only: what was found is kept by its digest. */
export async function inspectBase(
  opened: Image,
  store: Store,
  progress: (text: string) => void,
): Promise<Base> {
  const image: Image = { ...opened, blobs: keptBlobs(opened.blobs, store) }
  const key = `base-facts-1|${image.digest}`
  const kept = await lasting(store).records.get(key)
  // A record is read as it was written: its checksum covers it.
  if (kept !== undefined) {
    await touchListings(image, lasting(store))
    return { image, facts: JSON.parse(kept) as BaseFacts }
  }
  const listings = await listLayers(image, lasting(store), progress, { mayMiss: true })
  const missing = listings.findIndex((listing) => listing.missing)
  const facts = factsOf(image, listings, missing)
  if (missing >= 0) return { image, facts }
  await lasting(store).records.put(key, JSON.stringify(facts))
  return { image, facts }
}

/** Throws Failure, which says so where a layer that is not there may be why. */
function factsOf(image: Image, listings: readonly LayerListing[], missing: number): BaseFacts {
  try {
    return findBaseFacts(image.reference, image.config, mergeLayers(listings))
  } catch (error) {
    if (!(error instanceof Failure) || missing < 0) throw error
    const { digest = '' } = image.manifest.layers[missing] ?? {}
    throw new Failure(error.kind, `${error.message}; what is in its layer ${digest} is not known`, {
      cause: error,
      hint: 'that is a foreign layer, whose files are not with the image: choose a base without one',
    })
  }
}

/** Blobs of an image, taken from the store first and kept there when they have to be fetched. */
function keptBlobs(blobs: BlobReader, store: Store): BlobReader {
  const fetch = async function* (descriptor: Descriptor, options?: OpenOptions): AsyncGenerator<Uint8Array> {
    if (await store.blobs.has(descriptor.digest, descriptor.size)) {
      yield* store.blobs.read(descriptor.digest, options)
      return
    }
    const writer = await store.blobs.create()
    try {
      for await (const chunk of blobs.open(descriptor)) {
        await writer.write(chunk)
        yield chunk
      }
      await writer.commit()
    } finally {
      await writer.abort()
    }
  }
  const local = blobs.file !== undefined
  return {
    open: (descriptor, options) => (local ? blobs.open(descriptor, options) : fetch(descriptor, options)),
    file: async (descriptor) => {
      if (local) return blobs.file?.(descriptor)
      const { digest, size } = descriptor
      // Only what an image of files needs is worth keeping: a base is read to the end once, and pushed never.
      const kept = await lasting(store).blobs.verified(digest, size)
      if (kept !== undefined) return kept
      await drain(fetch(descriptor))
      store.keep.blob(digest, size)
      return store.blobs.path(descriptor.digest)
    },
    has: async ({ digest, size, ...descriptor }) =>
      (await store.blobs.has(digest, size)) || (await blobs.has?.({ digest, size, ...descriptor })) !== false,
    ...(blobs.mountable ? { mountable: (descriptor: Descriptor) => blobs.mountable?.(descriptor) } : {}),
  }
}

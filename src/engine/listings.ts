import { Failure } from '../failure.ts'
import { isForeign } from '../host/images/foreign.ts'
import { LayerBudget } from '../host/layers/budget.ts'
import { usedUp } from '../host/layers/decompress.ts'
import { listLayer } from '../host/layers/read.ts'
import type { Store } from '../host/store/store.ts'
import type { Digest } from '../image/digest.ts'
import type { LayerListing } from '../image/listing.ts'
import { decodeListing, encodeListing } from '../image/listing-text.ts'
import type { Descriptor } from '../image/manifest.ts'
import type { Image } from '../image/source.ts'

/** Layers that are read side by side: unpacking is bound by the processor, and each keeps one busy. */
const atOnce = 2

/**
 * What is in each layer of an image, lowest first. A layer is read once: its listing is kept by its digest. A foreign
 * layer may be missing where the caller can do without. Throws Failure for a layer that is not what the image's config
 * says.
 */
export async function listLayers(
  image: Image,
  store: Store,
  progress: (text: string) => void,
  { mayMiss = false }: { readonly mayMiss?: boolean } = {},
): Promise<readonly LayerListing[]> {
  const { layers } = image.manifest
  const listings: LayerListing[] = []
  const budget = new LayerBudget()
  // The largest first: else one of them is read alone at the end.
  const order = layers.map((_, i) => i).sort((a, b) => (layers[b]?.size ?? 0) - (layers[a]?.size ?? 0))
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = order[next++]; i !== undefined; i = order[next++]) {
      const descriptor = layers[i]
      const diffId = image.config.diffIds[i]
      if (!descriptor) continue
      const listing = listingOf(descriptor, diffId, image, store, progress, budget)
      listings[i] = await (mayMiss && diffId !== undefined && isForeign(descriptor)
        ? listing.catch((error: unknown) => missing(error, diffId))
        : listing)
    }
  }
  const stop = (error: unknown): never => {
    // The others need not begin what no one will ask for.
    next = layers.length
    throw error
  }
  budget.layers(layers.length, image.reference)
  await Promise.all(Array.from({ length: atOnce }, () => work().catch(stop)))
  return listings
}

/** What is known of a foreign layer that could not be read. */
function missing(error: unknown, diffId: Digest): LayerListing {
  if (!(error instanceof Failure)) throw error
  const nothing = { entries: [], texts: {}, versions: {} }
  return { diffId, download: 0, compression: 'none', ...nothing, missing: true }
}

/** What is in the topmost layer alone. */
export async function listTopLayer(
  image: Image,
  store: Store,
  progress: (text: string) => void,
): Promise<LayerListing | undefined> {
  const descriptor = image.manifest.layers.at(-1)
  return descriptor && listingOf(descriptor, image.config.diffIds.at(-1), image, store, progress)
}

async function listingOf(
  descriptor: Descriptor,
  diffId: Digest | undefined,
  image: Image,
  store: Store,
  progress: (text: string) => void,
  budget = new LayerBudget(),
): Promise<LayerListing> {
  const kept = await store.records.get(keyOf(descriptor.digest))
  const known = kept === undefined ? undefined : decodeListing(kept)
  if (known) {
    budget.known(known, image.reference)
    return known
  }
  progress(`reading ${image.reference}`)
  const listing = await listLayer(usedUp(image.blobs.open(descriptor)), {
    name: `${image.reference}, layer ${descriptor.digest}`,
    budget,
  })
  if (listing.diffId !== diffId) {
    throw new Failure(
      'build',
      `${image.reference} is damaged: layer ${descriptor.digest} holds ${listing.diffId}, its config says ${diffId ?? 'nothing'}`,
      { hint: 'pull, save or build the image again' },
    )
  }
  await keepListing(store, descriptor.digest, listing)
  return listing
}

/** Marks the listings of an image's layers as used, where they are kept. */
export async function touchListings({ manifest }: Image, { records }: Store): Promise<void> {
  await Promise.all(manifest.layers.map(({ digest }) => records.touch(keyOf(digest))))
}

/** Keeps what is known of a layer that was just made. */
export function keepListing(store: Store, digest: Digest, listing: LayerListing): Promise<void> {
  return store.records.put(keyOf(digest), encodeListing(listing))
}

function keyOf(digest: Digest): string {
  return `listing-4|${digest}`
}

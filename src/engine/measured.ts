import type { Store } from '../host/store/store.ts'
import { attribute } from '../image/attribution.ts'
import type { Filesystem } from '../image/filesystem.ts'
import { decodeListing, encodeListing } from '../image/listing-text.ts'
import { type Measured, measure } from '../image/measure.ts'
import type { Measurement } from '../image/measurement.ts'
import { parseMeasurement } from '../image/parse-measurement.ts'
import { type Owner, ownersOf, type Remeasurable, remeasure } from '../image/remeasure.ts'
import type { Image } from '../image/source.ts'
import { listLayers, listTopLayer } from './listings.ts'

/** Part of every key under which a measurement is kept: change it when measuring gives other numbers or words. */
const version = 'measurement-6'

/** How an image is measured, but for what is known of it. */
export type HowMeasured = Omit<Measured, 'listings' | 'reference' | keyof Image> & {
  readonly reference: string
  /** More that the image's own files say, such as what its own Python makes of requirements. */
  readonly byFiles?: (filesystem: Filesystem) => Pick<Measured, 'requirementsOf'>
}

/**
 * The measurement of an image. Its layers are read when no one knows them yet; the same image measured again in the
 * same way is not measured anew, and one with nothing but other sizes in its topmost layer is measured there alone.
 */
export async function measureImage(
  image: Image,
  { byFiles, ...how }: HowMeasured,
  store: Store,
  progress: (text: string) => void,
): Promise<Measurement> {
  const { reference, timings, baseLayers, mode, engine, directNames } = how
  const names = directNames && [...directNames].sort()
  const key = JSON.stringify([version, image.digest, image.source, baseLayers, mode, engine, names])
  const kept = await store.records.get(key)
  const own = (measurement: Measurement): Measurement => ({
    ...measurement,
    image: { ...measurement.image, reference },
    timings,
  })
  if (kept !== undefined) {
    return own(parseMeasurement(JSON.parse(kept), 'a kept measurement'))
  }
  const likeIt = JSON.stringify([version, 'like', withoutTop(image), baseLayers, mode, engine, names])
  const before = measuredBefore(await store.records.get(likeIt))
  const top = before && (await listTopLayer(image, store, progress))
  const again = before && top && remeasure(before, image, top)
  if (again) {
    await store.records.put(key, JSON.stringify(again))
    return own(again)
  }
  const listings = await listLayers(image, store, progress, { mayMiss: true })
  const measured = { ...image, ...how, listings }
  const attribution = attribute(measured)
  const measurement = measure({ ...measured, ...byFiles?.(attribution.filesystem) }, attribution)
  if (listings.some((listing) => listing.missing)) return own(measurement)
  const owners = ownersOf(measurement, listings, attribution)
  const highest = listings.at(-1)
  const remeasurable =
    owners && highest && JSON.stringify({ measurement, owners, top: encodeListing(highest) })
  await Promise.all([
    store.records.put(key, JSON.stringify(measurement)),
    remeasurable === undefined ? undefined : store.records.put(likeIt, remeasurable),
  ])
  return own(measurement)
}

/** What images have in common that differ in their topmost layer alone. */
function withoutTop({ source, platform, manifest, config }: Image): unknown {
  const layers = manifest.layers.slice(0, -1).map(({ digest }) => digest)
  return [
    source,
    platform,
    layers,
    manifest.layers.length,
    { ...config, diffIds: config.diffIds.slice(0, -1) },
  ]
}

/** From a record, which is read as it was written: its checksum covers it. */
function measuredBefore(text: string | undefined): Remeasurable | undefined {
  if (text === undefined) return undefined
  const { measurement, owners, top } = JSON.parse(text) as {
    readonly measurement: Measurement
    readonly owners: readonly Owner[]
    readonly top: string
  }
  const listing = decodeListing(top)
  return listing && { measurement, owners, top: listing }
}

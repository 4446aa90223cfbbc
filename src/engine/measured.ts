import type { Store } from '../host/store/store.ts'
import type { LayerListing } from '../image/listing.ts'
import { type Measured, measure } from '../image/measure.ts'
import type { Measurement } from '../image/measurement.ts'
import { parseMeasurement } from '../image/parse-measurement.ts'
import type { Image } from '../image/source.ts'
import { listLayers } from './listings.ts'

/** Part of every key under which a measurement is kept: change it when measuring gives other numbers. */
const version = 'measurement-2'

/** How an image is measured, but for what is known of it. */
export type HowMeasured = Omit<Measured, 'listings' | 'reference' | keyof Image> & {
  readonly reference: string
  /** More that the layers themselves say, such as what its own Python makes of requirements. */
  readonly byLayers?: (listings: readonly LayerListing[]) => Pick<Measured, 'requirementsOf'>
}

/**
 * The measurement of an image. Its layers are read when no one knows them yet; the same image measured again in the
 * same way is not measured anew.
 */
export async function measureImage(
  image: Image,
  { byLayers, ...how }: HowMeasured,
  store: Store,
  progress: (text: string) => void,
): Promise<Measurement> {
  const { reference, timings, baseLayers, mode, engine, directNames } = how
  const names = directNames && [...directNames].sort()
  const key = JSON.stringify([version, image.digest, image.source, baseLayers, mode, engine, names])
  const kept = await store.records.get(key)
  if (kept !== undefined) {
    const measurement = parseMeasurement(JSON.parse(kept), 'a kept measurement')
    return { ...measurement, image: { ...measurement.image, reference }, timings }
  }
  const listings = await listLayers(image, store, progress)
  const measurement = measure({ ...image, ...how, ...byLayers?.(listings), listings })
  await store.records.put(key, JSON.stringify(measurement))
  return measurement
}

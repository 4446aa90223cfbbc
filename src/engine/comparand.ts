import { readFile, stat } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { parseJson } from '../host/images/documents.ts'
import { openImage } from '../host/images/open.ts'
import type { Store } from '../host/store/store.ts'
import { check } from '../image/manifest.ts'
import { measure } from '../image/measure.ts'
import { type Measurement, measurementSchema } from '../image/measurement.ts'
import type { Platform } from '../image/platform.ts'
import { parseImageReference } from '../image/reference.ts'
import { listLayers } from './listings.ts'

/** What to compare with, measured, and its name for people. */
export interface Comparand {
  readonly name: string
  readonly measurement: Measurement
}

/** A measurement from its file, or an image that is measured now. Throws Failure that names what was given. */
export async function readComparand(
  given: string,
  platform: Platform,
  context: { readonly store: Store; readonly images: ImageContext },
): Promise<Comparand> {
  const file = await stat(given).catch(() => undefined)
  if (file?.isFile() && !given.startsWith('oci')) {
    return { name: given, measurement: parseMeasurement(await readFile(given), given) }
  }
  const image = await openImage(parseImageReference(given), platform, context.images)
  const listings = await listLayers(image, context.store, () => undefined)
  return {
    name: given,
    measurement: measure({ ...image, listings, baseLayers: undefined, timings: [] }),
  }
}

/** A measurement from its JSON; throws Failure that names the file and the key. */
function parseMeasurement(bytes: Uint8Array, file: string): Measurement {
  const json = parseJson(bytes, file)
  const version =
    typeof json === 'object' && json !== null
      ? (json as { schemaVersion?: unknown }).schemaVersion
      : undefined
  if (typeof version === 'number' && version > 1) {
    throw new Failure(
      'usage',
      `${file} is a measurement of schema version ${version}, which is newer than this program`,
      {
        hint: 'use the version of pydeps-image that wrote it, or a newer one',
      },
    )
  }
  return check<Measurement>(measurementSchema, json, file)
}

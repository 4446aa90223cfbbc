import { readFile, stat } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { parseJson } from '../host/images/documents.ts'
import { check } from '../image/manifest.ts'
import { type Measurement, measurementSchema } from '../image/measurement.ts'
import { formatPlatform, type Platform } from '../image/platform.ts'
import { parseImageReference } from '../image/reference.ts'
import { type SizeNode, sizeTreeOf } from '../image/size-tree.ts'
import { silent } from '../progress.ts'
import { type AnalysisContext, analyzeImage } from './analysis.ts'

/** What to compare with, measured, and its name for people. */
export interface Comparand {
  readonly name: string
  readonly measurement: Measurement
  readonly tree: () => SizeNode
}

/** A measurement from its file, or an image that is measured now. Throws Failure that names what was given. */
export async function readComparand(
  given: string,
  platform: Platform | undefined,
  { progress = silent, ...context }: Omit<AnalysisContext, 'progress'> & Partial<AnalysisContext>,
): Promise<Comparand> {
  const file = await stat(given).catch(() => undefined)
  if (file?.isFile() && !given.startsWith('oci')) {
    const measurement = parseMeasurement(await readFile(given), given, platform)
    return { name: given, measurement, tree: () => sizeTreeOf(measurement) }
  }
  if (file === undefined && given.endsWith('.json')) {
    throw new Failure('usage', `there is no measurement ${given} to compare with`, {
      hint: 'name the file that --json wrote, or an image',
    })
  }
  const analysis = await analyzeImage(parseImageReference(given), { platform }, { ...context, progress })
  return { ...analysis, name: given }
}

/**
 * A measurement from its JSON, of several the one for the platform; throws Failure that names the file and the key.
 */
function parseMeasurement(bytes: Uint8Array, file: string, platform: Platform | undefined): Measurement {
  const json = parseJson(bytes, file)
  if (!Array.isArray(json)) return checkMeasurement(json, file)
  const all = json.map((one, i) => checkMeasurement(one, `${file}, measurement ${i + 1}`))
  const wanted = platform && formatPlatform(platform)
  const fitting = all.filter(({ image }) => wanted === undefined || image.platform === wanted)
  const [first] = fitting
  if (first !== undefined && fitting.length === 1) return first
  const platforms = all.map(({ image }) => image.platform).join(', ') || 'nothing'
  throw new Failure('usage', `${file} holds measurements for ${platforms}`, {
    hint: 'say which one with --platform',
  })
}

function checkMeasurement(json: unknown, where: string): Measurement {
  const version =
    typeof json === 'object' && json !== null
      ? (json as { schemaVersion?: unknown }).schemaVersion
      : undefined
  if (typeof version === 'number' && version > 1) {
    throw new Failure(
      'usage',
      `${where} is a measurement of schema version ${version}, which is newer than this program`,
      {
        hint: 'use the version of pydeps-image that wrote it, or a newer one',
      },
    )
  }
  return check<Measurement>(measurementSchema, json, where)
}

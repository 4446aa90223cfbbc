import { Failure } from '../failure.ts'
import { check, isRecord } from './manifest.ts'
import { type Measurement, measurementSchema } from './measurement.ts'
import { migrated, type SchemaHistory } from './migration.ts'

/** Bytes that the JSON of one image may have; one with a thousand packages has a third of a megabyte. */
export const maxMeasurementBytes = 16 * 2 ** 20

/** Brackets around one another; a measurement has six, an array of them one more. */
const maxDepth = 32

/** Version 1 is the first: the step from it to the next one stands here when there is a next one. */
const history: SchemaHistory = { newest: 1, steps: new Map() }

/**
 * A measurement from its JSON, of this version of the schema or an older one. Throws Failure that names where it is
 * from and the key that is wrong.
 */
export function parseMeasurement(json: unknown, where: string): Measurement {
  if (!isRecord(json) || !('schemaVersion' in json)) {
    throw new Failure('usage', `${where} is not a measurement: it has no schemaVersion`, {
      hint: 'name a file that --json wrote',
    })
  }
  return check<Measurement>(measurementSchema, migrated(json, where, history), where)
}

/**
 * The measurements in a file: one, or an array with one for each platform. Throws Failure for what is too large or
 * nested too deep to be one, before any of it is parsed.
 */
export function parseMeasurements(bytes: Uint8Array, where: string): readonly Measurement[] {
  if (bytes.length > maxMeasurementBytes) throw tooLarge(where, bytes.length)
  if (isDeeper(bytes, maxDepth)) {
    throw new Failure('usage', `${where} is not a measurement: it is nested more than ${maxDepth} deep`, {
      hint: 'name a file that --json wrote',
    })
  }
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Failure('usage', `${where} is not JSON`, { hint: 'name a file that --json wrote', cause })
  }
  return Array.isArray(json)
    ? json.map((one, i) => parseMeasurement(one, `${where}, measurement ${i + 1}`))
    : [parseMeasurement(json, where)]
}

/** What is told of a file of so many bytes, which nobody should read. */
export function tooLarge(where: string, bytes: number): Failure {
  return new Failure(
    'usage',
    `${where} has ${bytes} bytes, and a measurement has at most ${maxMeasurementBytes}`,
    {
      hint: 'name a file that --json wrote',
    },
  )
}

/** Whether JSON has more brackets around one another than this; without building anything of it. */
function isDeeper(json: Uint8Array, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length && depth <= limit; i += 1) {
    switch (json[i]) {
      case 0x22: // "
        inString = !inString
        break
      case 0x5c: // \, which stands before an escaped quote in strings only
        i += 1
        break
      case 0x5b: // [
      case 0x7b: // {
        if (!inString) depth += 1
        break
      case 0x5d: // ]
      case 0x7d: // }
        if (!inString) depth -= 1
        break
      default:
    }
  }
  return depth > limit
}

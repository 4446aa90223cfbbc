import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import { type HistoryPoint, historyLength, historySchema } from '../../compare/history.ts'
import { check } from '../../image/manifest.ts'
import type { Measurement } from '../../image/measurement.ts'
import { parseMeasurement } from '../../image/parse-measurement.ts'

/** What one image of a pull request is, as its job hands it to another one: numbers and names, no sentence. */
export interface HandedReport {
  readonly name: string
  readonly measurement: Measurement
  /** What it was compared with, and what that is called. */
  readonly base?: Measurement | undefined
  readonly baselineText?: string | undefined
  readonly history?: readonly HistoryPoint[] | undefined
}

export interface Handover {
  /** Head commit of the pull request. */
  readonly headSha: string
  readonly reports: readonly HandedReport[]
}

/** Bytes that a handover may have; one of a thousand packages has half a megabyte. */
export const maxHandoverBytes = 4 * 2 ** 20

const name = v.pipe(v.string(), v.maxLength(200))
const schema = v.object({
  schemaVersion: v.literal(1),
  headSha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, 'is not a commit')),
  reports: v.pipe(
    v.array(
      v.object({
        name,
        measurement: v.unknown(),
        base: v.optional(v.unknown()),
        baselineText: v.optional(name),
        history: v.optional(historySchema),
      }),
    ),
    v.minLength(1),
    v.maxLength(16),
  ),
})

/** The JSON of a handover, or undefined where it would be too large. */
export function formatHandover({ headSha, reports }: Handover): string | undefined {
  const text = JSON.stringify({
    schemaVersion: 1,
    headSha,
    reports: reports.map(({ name, measurement, base, baselineText, history }) => ({
      ...{
        name: name.slice(0, 200),
        baselineText: baselineText?.slice(0, 200),
        history: history?.slice(-historyLength),
      },
      measurement: carried(measurement),
      base: base && carried(base),
    })),
  })
  return Buffer.byteLength(text) <= maxHandoverBytes ? text : undefined
}

/** A handover from what a stranger's job left; throws Failure for what is too large or of another shape. */
export function parseHandover(bytes: Uint8Array, where: string): Handover {
  if (bytes.length > maxHandoverBytes)
    throw new Failure('usage', `${where} is too large to be of this action`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Failure('usage', `${where} is not JSON`, { cause })
  }
  const { headSha, reports } = check(schema, json, where)
  return {
    headSha,
    reports: reports.map(({ measurement, base, ...rest }, i) => ({
      ...rest,
      measurement: carried(parseMeasurement(measurement, `${where}, report ${i + 1}`)),
      base: base === undefined ? undefined : carried(parseMeasurement(base, `${where}, baseline ${i + 1}`)),
    })),
  }
}

/** Without what is a sentence, and without all but the shortest reasons why a package is there. */
function carried(measurement: Measurement): Measurement {
  const packages = measurement.packages.map(({ requiredBy, ...rest }) => ({
    ...rest,
    requiredBy: [...requiredBy].sort((a, b) => a.length - b.length).slice(0, 3),
  }))
  return { ...measurement, packages, waste: [] }
}

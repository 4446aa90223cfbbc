import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import { historySchema } from '../../compare/history.ts'
import { check } from '../../image/manifest.ts'
import { parseMeasurement } from '../../image/parse-measurement.ts'
import type { BaselineImage } from '../../ports.ts'
import { shaSchema } from '../comment/target.ts'

/** What a commit of a branch measured, with what its branch measured before. */
export interface BaselineDocument {
  readonly commit: string
  readonly branch: string
  /** One for each platform. */
  readonly images: readonly BaselineImage[]
}

/** Bytes that a document may have; the measurement of a thousand packages has a third of a megabyte. */
export const maxDocumentBytes = 16 * 2 ** 20

const schema = v.object({
  schemaVersion: v.literal(1),
  commit: shaSchema,
  branch: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  images: v.pipe(
    v.array(v.object({ measurement: v.unknown(), history: historySchema })),
    v.minLength(1),
    v.maxLength(16),
  ),
})

/** The JSON of a document, or undefined where it would be too large. */
export function formatDocument(document: BaselineDocument): string | undefined {
  const text = JSON.stringify({ schemaVersion: 1, ...document })
  return Buffer.byteLength(text) <= maxDocumentBytes ? text : undefined
}

/** A document from a cache that anyone may have written; throws Failure for what is of another shape. */
export function parseDocument(bytes: Uint8Array, where: string): BaselineDocument {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Failure('usage', `${where} is not JSON`, { cause })
  }
  const { commit, branch, images } = check(schema, json, where)
  return {
    commit,
    branch,
    images: images.map(({ measurement, history }, i) => ({
      measurement: parseMeasurement(measurement, `${where}, image ${i + 1}`),
      history,
    })),
  }
}

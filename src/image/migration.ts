import { Failure } from '../failure.ts'
import { isRecord } from './manifest.ts'

/** How JSON of one version of a schema becomes JSON of the next. */
export type Step = (json: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

/** The newest version of a schema, and the step that leads away from each older one. */
export interface SchemaHistory {
  readonly newest: number
  readonly steps: ReadonlyMap<number, Step>
}

/**
 * JSON with a `schemaVersion` as the newest version has it. What has no version passes as it is, for its schema to
 * refuse. Throws Failure for a version that is newer than this program, or that never was.
 */
export function migrated(json: unknown, where: string, { newest, steps }: SchemaHistory): unknown {
  if (!isRecord(json) || typeof json['schemaVersion'] !== 'number') return json
  const version = json['schemaVersion']
  if (version > newest) {
    throw new Failure(
      'usage',
      `${where} is a measurement of schema version ${version}, which is newer than this program`,
      { hint: 'use the version of pydeps-image that wrote it, or a newer one' },
    )
  }
  let current: Readonly<Record<string, unknown>> = json
  for (let at = version; at !== newest; at += 1) {
    const step = steps.get(at)
    if (step === undefined) {
      throw new Failure('usage', `${where} is a measurement of schema version ${version}, which never was`, {
        hint: `name a file that --json wrote; the newest version is ${newest}`,
      })
    }
    current = { ...step(current), schemaVersion: at + 1 }
  }
  return current
}

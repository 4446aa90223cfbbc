import { describe, expect, it } from '@jest/globals'
import { migrated, type SchemaHistory, type Step } from '../../src/image/migration.ts'

const history: SchemaHistory = {
  newest: 3,
  steps: new Map<number, Step>([
    [1, ({ bytes, ...rest }) => ({ ...rest, sizes: { download: bytes } })],
    [2, ({ sizes, ...rest }) => ({ ...rest, sizes: { ...(sizes as object), disk: 0 } })],
  ]),
}

describe('JSON of an older version', () => {
  it('takes every step to the newest one', () => {
    const old = { schemaVersion: 1, name: 'api', bytes: 7 }
    expect(migrated(old, 'old.json', history)).toEqual({
      schemaVersion: 3,
      name: 'api',
      sizes: { download: 7, disk: 0 },
    })
    expect(old).toEqual({ schemaVersion: 1, name: 'api', bytes: 7 })
    expect(migrated({ schemaVersion: 2, sizes: { download: 7 } }, 'old.json', history)).toEqual({
      schemaVersion: 3,
      sizes: { download: 7, disk: 0 },
    })
  })

  it('is what it was when it is the newest', () => {
    const json = { schemaVersion: 3, sizes: {} }
    expect(migrated(json, 'now.json', history)).toBe(json)
  })

  it.each([0, -1, 1.5, 2.5, -Infinity])('is refused when it never was: %d', (schemaVersion) =>
    expect(() => migrated({ schemaVersion }, 'odd.json', history)).toThrow(
      `odd.json is a measurement of schema version ${schemaVersion}, which never was`,
    ),
  )
})

it('JSON of a newer version is refused with a sentence', () => {
  expect(() => migrated({ schemaVersion: 4 }, 'new.json', history)).toThrow(
    'new.json is a measurement of schema version 4, which is newer than this program',
  )
})

it.each([undefined, null, 7, [], {}, { schemaVersion: '1' }])('%j is left for the schema to refuse', (json) =>
  expect(migrated(json, 'x', history)).toBe(json),
)

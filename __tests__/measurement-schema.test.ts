import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { parseMeasurement } from '../src/image/parse-measurement.ts'
import { createGrownMeasurement, createMeasurement } from './fixtures/measurement.ts'
import { createHostileMeasurement } from './fixtures/report.ts'

const file = join(import.meta.dirname, '../docs/measurement.schema.json')
const isValid = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object)
const { sizes } = createMeasurement()
const full = createMeasurement({
  strategy: 'ship',
  sizes: { ...sizes, updateDownload: 5 },
  waste: [{ path: '/root/.cache', bytes: 9, download: 3, why: 'a cache', hint: 'delete it' }],
  timings: [{ step: 'total', ms: 1.5, cached: true }],
})

/** Every place in JSON, as a way to give it another value. */
function places(json: unknown, put: (value: unknown) => unknown): ((value: unknown) => unknown)[] {
  if (typeof json !== 'object' || json === null) return [put]
  const inside = Array.isArray(json)
    ? json.flatMap((one, i) => places(one, (value) => put(json.with(i, value))))
    : Object.entries(json).flatMap(([key, one]) => places(one, (value) => put({ ...json, [key]: value })))
  return [put, ...inside]
}

describe('the published schema', () => {
  it('takes what this program writes', () => {
    for (const measurement of [full, createGrownMeasurement(), createHostileMeasurement('\ud800"\\')]) {
      isValid(JSON.parse(JSON.stringify(measurement)))
      expect(isValid.errors).toBeNull()
    }
  })

  it('and what reads agree on what a measurement is, whatever is put in whichever place', () => {
    const all = places(full, (value) => value)
    expect(all.length).toBeGreaterThan(100)
    const value = fc.constantFrom(
      ...['x', 1, 0, -1, 1.5, 2 ** 53, null, true, [], {}, ['x'], [['x']], undefined],
    )
    fc.assert(
      fc.property(fc.constantFrom(...all), value, (place, odd) => {
        const [json] = JSON.parse(JSON.stringify([place(odd)])) as readonly unknown[]
        let reads = true
        try {
          parseMeasurement(json, 'x')
        } catch {
          reads = false
        }
        expect({ json, reads }).toEqual({ json, reads: isValid(json) })
      }),
      { numRuns: 3000 },
    )
  })
})

import { describe, expect, it } from '@jest/globals'
import {
  maxMeasurementBytes,
  parseMeasurement,
  parseMeasurements,
} from '../../src/image/parse-measurement.ts'
import { createMeasurement } from '../fixtures/measurement.ts'

const measurement = createMeasurement()
const bytesOf = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json))

describe('a measurement from JSON', () => {
  it('is what was written', () =>
    expect(parseMeasurement(JSON.parse(JSON.stringify(measurement)), 'main.json')).toEqual(measurement))

  it('loses what this version does not know', () => {
    const json: unknown = JSON.parse(JSON.stringify({ ...measurement, mood: 'good', __proto__: { x: 1 } }))
    expect(parseMeasurement(json, 'main.json')).toEqual(measurement)
  })

  it.each([
    [{ ...measurement, schemaVersion: 2 }, 'schema version 2, which is newer than this program'],
    [{ ...measurement, schemaVersion: 0 }, 'schema version 0, which never was'],
    [{ ...measurement, schemaVersion: '1' }, 'main.json, schemaVersion: '],
    [{ ...measurement, sizes: { ...measurement.sizes, disk: -1 } }, 'main.json, sizes.disk: '],
    [{ ...measurement, sizes: { ...measurement.sizes, disk: 2 ** 53 } }, 'main.json, sizes.disk: '],
    [{ ...measurement, sizes: { ...measurement.sizes, disk: 0.5 } }, 'main.json, sizes.disk: '],
    [{ ...measurement, layers: [{ ...measurement.layers[0], part: 'x' }] }, 'main.json, layers.0.part: '],
    [{ ...measurement, packages: {} }, 'main.json, packages: '],
    [{}, 'main.json is not a measurement: it has no schemaVersion'],
    [[], 'main.json is not a measurement'],
    [null, 'main.json is not a measurement'],
    ['x', 'main.json is not a measurement'],
  ])('%# names what is wrong', (json, message) =>
    expect(() => parseMeasurement(json, 'main.json')).toThrow(message),
  )
})

describe('the measurements in a file', () => {
  it('are one, or one for each platform', () => {
    expect(parseMeasurements(bytesOf(measurement), 'x')).toEqual([measurement])
    expect(parseMeasurements(bytesOf([measurement, measurement]), 'x')).toEqual([measurement, measurement])
    expect(() => parseMeasurements(bytesOf([measurement, {}]), 'x')).toThrow('x, measurement 2 is not a')
  })

  it.each([
    ['', 'x is not JSON'],
    ['{', 'x is not JSON'],
    ['\ufeff', 'x is not JSON'],
  ])('%j is refused', (text, message) =>
    expect(() => parseMeasurements(new TextEncoder().encode(text), 'x')).toThrow(message),
  )

  it('are UTF-8', () => expect(() => parseMeasurements(Buffer.from('"\xff"', 'latin1'), 'x')).toThrow('JSON'))

  it('are refused before they are parsed when they are too large', () =>
    expect(() => parseMeasurements(new Uint8Array(maxMeasurementBytes + 1), 'x')).toThrow(
      'x has 16777217 bytes, and a measurement has at most 16777216',
    ))

  it.each([
    ['arrays', '['.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000)],
    ['many megabytes of them', '['.repeat(16_000_000)],
    [
      'arrays in a measurement',
      JSON.stringify({ ...measurement, x: 0 }).replace('"x":0', `"x":${'['.repeat(33)}`),
    ],
  ])('are refused before they are parsed when they are nested too deep: %s', (_, text) =>
    expect(() => parseMeasurements(Buffer.from(text), 'x')).toThrow('nested more than 32 deep'),
  )

  it('may have brackets and quotes in their names', () => {
    const hostile = createMeasurement({
      image: { ...measurement.image, reference: `${'['.repeat(100)}"\\${'{'.repeat(100)}\\\\"` },
    })
    expect(parseMeasurements(bytesOf(hostile), 'x')).toEqual([hostile])
  })
})

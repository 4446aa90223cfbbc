import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byteUnits, formatBytes, formatBytesDelta, parseBytes } from '../../src/units/bytes.ts'

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['250 MB', 250_000_000],
    ['250mb', 250_000_000],
    [' 1.5GiB ', 1_610_612_736],
    ['1 kB', 1000],
    ['1 KiB', 1024],
    ['0.5 B', 1],
    ['2 tb', 2e12],
  ])('%j is %d bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  it.each([
    '',
    'MB',
    '-1 MB',
    '1 XB',
    '1 M',
    '1,5 MB',
    '1.2.3 MB',
    '1e3',
    '5 %',
    '4 min',
    '0x10',
    '١ MB',
    'NaN',
  ])('%j is no size', (text) => expect(parseBytes(text)).toBeUndefined())

  it.each(['5 constructor', '5 toString', '5 __proto__', '5 hasOwnProperty'])(
    'the name of a property is no unit: %j',
    (text) => expect(parseBytes(text)).toBeUndefined(),
  )

  it('refuses what a number cannot hold exactly', () => {
    expect(parseBytes('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    expect(parseBytes('9007199254740993')).toBeUndefined()
    expect(parseBytes(`${'9'.repeat(400)} TB`)).toBeUndefined()
  })

  it('knows every unit that it names', () => {
    for (const unit of byteUnits) expect(parseBytes(`1 ${unit}`)).toBeGreaterThanOrEqual(1)
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1.00 kB'],
    [-0.3, '0 B'],
    [1000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_996, '10.0 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_600, '1.00 MB'],
    [146_123_456, '146 MB'],
    [1_250_000_000, '1.25 GB'],
    [-1_250_000_000, '-1.25 GB'],
    [5e18, '5000 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it('is at most 0.5% off, and has three digits at most', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        const text = formatBytes(bytes)
        const back = text.endsWith('PB') ? parseFloat(text) * 1e15 : (parseBytes(text) ?? Number.NaN)
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes * 0.0051)
        expect(text.replace(/[^\d]/g, '').length).toBeLessThanOrEqual(3)
      }),
    )
  })
})

describe('formatBytesDelta', () => {
  it.each([
    [0, '±0 B'],
    [0.2, '±0 B'],
    [12_300, '+12.3 kB'],
    [-12_300, '-12.3 kB'],
  ])('%d is %s', (bytes, text) => expect(formatBytesDelta(bytes)).toBe(text))
})

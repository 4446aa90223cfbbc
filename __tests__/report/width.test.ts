import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bar } from '../../src/report/bar.ts'
import { visible } from '../../src/report/escape.ts'
import { displayWidth, fit, fitEnd, left, right, wrap } from '../../src/report/width.ts'
import { attacks } from '../fixtures/attacks.ts'

const text = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'grapheme' })).map(visible)
const columns = fc.integer({ min: 1, max: 60 })

it.each([
  ['numpy', 5],
  ['日本語', 6],
  ['e\u0301', 1],
  ['💥', 2],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['█▏…←', 4],
  ['é', 1],
])('%s takes %d columns', (word, width) => expect(displayWidth(word)).toBe(width))

describe('cut and filled text', () => {
  it.each([
    ['numpy', 5, 'numpy'],
    ['numpy', 4, 'num…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%s in %d columns is %s', (word, width, shown) => expect(fit(word, width)).toBe(shown))

  it.each([
    ['numpy', 5, 'numpy'],
    ['a/numpy', 6, '…numpy'],
    ['a/日本', 4, '…本'],
    ['numpy', 1, '…'],
    ['numpy', 0, ''],
  ])('%s with its end in %d columns is %s', (word, width, shown) => expect(fitEnd(word, width)).toBe(shown))

  it('has exactly the width that was asked for', () => {
    fc.assert(
      fc.property(text, columns, (word, width) => {
        expect(displayWidth(fit(word, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(fitEnd(word, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(left(word, width))).toBe(width)
        expect(displayWidth(right(word, width))).toBe(width)
        expect(left(word, width).length).toBeLessThanOrEqual(6 * width + 2)
      }),
    )
  })
})

describe('wrapped text', () => {
  it('is broken between words, and words only where they must be', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('one abcdefghij two', 4)).toEqual(['one', 'abcd', 'efgh', 'ij', 'two'])
    expect(wrap('', 7)).toEqual([])
  })

  it('fits, and loses nothing but spaces', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 60 }), (words, width) => {
        const lines = wrap(words, width)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(lines.join('').replace(/ /g, '')).toBe(words.replace(/ /g, ''))
      }),
    )
  })
})

describe('a bar', () => {
  it.each([
    [0, '    '],
    [0.5, '██  '],
    [1, '████'],
    [0.00001, '▏   '],
    [7, '████'],
    [-1, '    '],
    [0.28125, '█▏  '],
  ])('of %d', (share, shown) => expect(bar(share, 4)).toBe(shown))
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { capped, codeSpan, excerpt, prose, visible } from '../../src/report/escape.ts'
import { attacks } from '../fixtures/attacks.ts'

/** Text that is likely to hit what markdown and terminals act on. */
const hostile = fc.oneof(
  fc.constantFrom(...attacks),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '`',
          '``',
          '|',
          '\\',
          '@',
          '#',
          '<',
          '>',
          '[',
          ']',
          '(',
          ')',
          '!',
          '*',
          '_',
          '~',
          '$',
          '&',
          ':',
          '/',
          '.',
        ],
        ...[
          '-',
          '+',
          '=',
          '"',
          "'",
          ' ',
          '  ',
          '\n',
          '\r',
          '\t',
          '\x1b',
          '\u202e',
          'a',
          '1',
          'é',
          '文',
          '%',
          ';',
          ',',
        ],
        ...['deadbeef', 'www.', 'http://', 'GH-', '</', '--', '\ud800'],
      ),
      { maxLength: 16 },
    )
    .map((parts) => parts.join('')),
)

/**
 * Splits a line as CommonMark does: a run of backticks opens a span that the next run of the same length closes; in a
 * span nothing else counts.
 */
function split(line: string): { readonly outside: string; readonly spans: readonly string[] } {
  const spans: string[] = []
  let outside = ''
  let rest = line
  for (;;) {
    const open = /`+/.exec(rest)
    if (!open) return { outside: outside + rest, spans }
    const after = rest.slice(open.index + open[0].length)
    const close = [...after.matchAll(/`+/g)].find(([run]) => run === open[0])
    outside += rest.slice(0, open.index)
    if (!close) return { outside: outside + rest.slice(open.index), spans }
    let content = after.slice(0, close.index)
    if (/^ .* $/.test(content) && content.trim() !== '') content = content.slice(1, -1)
    spans.push(content)
    outside += '·'
    rest = after.slice(close.index + close[0].length)
  }
}

/** Cells of a table's row, by the stricter of the ways in use: a backslash escapes whatever follows. */
function cells(row: string): readonly string[] {
  return row.replace(/\\[^]/g, (pair) => (pair === '\\|' ? '\u0001' : pair)).split('|')
}

describe('visible', () => {
  it.each([
    ['a\nb', 'a\\nb'],
    ['\x1b[31m', '\\x1b[31m'],
    ['\x9b', '\\x9b'],
    ['\u202eabc', '\\u{202e}abc'],
    ['a\u200bb', 'a\\u{200b}b'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\u00ad', '\\xad'],
    ['日本語 é 💥 ❤️', '日本語 é 💥 ❤️'],
  ])('%j is %j', (text, shown) => expect(visible(text)).toBe(shown))

  it('leaves nothing that acts or hides', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(visible(visible(text))).toBe(visible(text))
      }),
      { numRuns: 2500 },
    )
  })
})

it('a cap counts code points and never cuts one in two', () => {
  expect(capped('abc', 3)).toBe('abc')
  expect(capped('abcd', 3)).toBe('ab…')
  expect(capped('💥💥💥', 3)).toBe('💥💥💥')
  expect(capped('💥💥💥💥', 3)).toBe('💥💥…')
})

it('an excerpt is the beginning of the visible text', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 30 }), (text, length) => {
      expect(excerpt(text, length)).toBe(capped(visible(text), length))
    }),
    { numRuns: 500 },
  )
})

describe('a code span', () => {
  it.each([
    ['numpy', '`numpy`'],
    ['a`b', '``a`b``'],
    ['`a`', '`` `a` ``'],
    [' a ', '`  a  `'],
    [' ', '(empty)'],
    ['', '(empty)'],
  ])('of %j is %j', (text, span) => expect(codeSpan(text)).toBe(span))

  it.each([
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a\\\\x7cb`'],
    ['a\\b', '`a\\b`'],
  ])('of %j in a table is %j', (text, span) => expect(codeSpan(text, { inTable: true })).toBe(span))

  it('holds the whole name and nothing comes out of it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = capped(visible(text), 200)
        const { outside, spans } = split(`x ${codeSpan(text)} y`)
        if (shown.trim() === '') expect(outside).toBe('x (empty) y')
        else expect({ outside, spans }).toEqual({ outside: 'x · y', spans: [shown] })
      }),
      { numRuns: 2500 },
    )
  })

  it('never breaks the row of a table', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = codeSpan(text, { inTable: true })
        const row = cells(`| ${span} | z |`)
        expect(row).toHaveLength(4)
        const { outside } = split(row[1] ?? '')
        expect([' · ', ' (empty) ']).toContain(outside)
      }),
      { numRuns: 2500 },
    )
  })
})

describe('prose', () => {
  it.each([
    [
      'requirements.txt is not frozen: 12.5 MB (+5%), "really".',
      'requirements.txt is not frozen: 12.5 MB (+5%), "really".',
    ],
    ['run `uv lock` first', 'run `uv lock` first'],
    ['numpy>=2 and @octocat', '`numpy>=2` and `@octocat`'],
    ['see www.x.example, or #12.', 'see `www.x.example`, or `#12`.'],
    ['commit deadbeef1', 'commit `deadbeef1`'],
    ['aGH-12 and', '`aGH-12` and'],
    ['layer 7 (`RUN a`), `b`: `c`.', 'layer 7 (`RUN a`), `b`: `c`.'],
    ['- a', '– a'],
    ['1. a', '`1.` a'],
    ['a``b`x`', '`` a` `` `b` `` x` ``'],
    ['<b>x</b>', '`<b>x</b>`'],
  ])('%j is %j', (text, markdown) => expect(prose(text)).toBe(markdown))

  it('says the same, with nothing alive outside of code', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { outside } = split(prose(text))
        expect(outside).not.toMatch(/[`<>[\]*_~|\\#@&${}=^]/)
        expect(outside).not.toMatch(/www\.|:\/\/|gh-\d|(?:^|\W)[\da-f]{7,40}(?:\W|$)/i)
        expect(outside).not.toMatch(/^\s*(?:[-+]|\d+[.)])\s/)
        expect(cells(`| ${prose(text, { inTable: true })} | z |`)).toHaveLength(4)
      }),
      { numRuns: 2500 },
    )
  })
})

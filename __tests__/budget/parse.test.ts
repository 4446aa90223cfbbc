import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { figures } from '../../src/budget/figures.ts'
import { parseRules } from '../../src/budget/parse.ts'
import { formatProblem } from '../../src/budget/problem.ts'

const conditionOf = (text: string): unknown => {
  const { rules, problems } = parseRules(text, 'fail-on')
  expect(problems).toEqual([])
  return rules[0]?.condition
}
const problemsOf = (text: string): readonly string[] =>
  parseRules(text, 'fail-on').problems.map(formatProblem)

describe('a rule', () => {
  it('is about a figure and a limit', () => {
    expect(conditionOf('download > 250 MB')).toEqual({
      kind: 'above',
      figure: 'download',
      limit: 250_000_000,
    })
    expect(conditionOf('build time > 4 min 5 s')).toEqual({
      kind: 'above',
      figure: 'build time',
      limit: 245_000,
    })
    expect(conditionOf('update download > 1.5 GiB')).toMatchObject({ figure: 'update download' })
  })

  it('is about growth', () => {
    expect(conditionOf('environment grows by > 20 MB')).toEqual({
      kind: 'grows',
      figure: 'environment',
      by: 20_000_000,
      unit: 'absolute',
    })
    expect(conditionOf('start time grows by > 30%')).toMatchObject({ by: 30, unit: 'percent' })
    expect(conditionOf('disk grows by 5 %')).toMatchObject({ figure: 'disk', by: 5, unit: 'percent' })
  })

  it('goes on about the same figure', () => {
    const grows = { kind: 'grows', figure: 'download' }
    expect(conditionOf('download grows by > 5% and > 2 MB')).toEqual({
      kind: 'all',
      of: [
        { ...grows, by: 5, unit: 'percent' },
        { ...grows, by: 2_000_000, unit: 'absolute' },
      ],
    })
    expect(conditionOf('download > 1 GB or grows by > 5%')).toEqual({
      kind: 'any',
      of: [
        { kind: 'above', figure: 'download', limit: 1e9 },
        { ...grows, by: 5, unit: 'percent' },
      ],
    })
  })

  it('binds "and" tighter than "or"', () => {
    expect(conditionOf('disk > 1 B or disk > 2 B and disk > 3 B or disk > 4 B')).toMatchObject({
      kind: 'any',
      of: [{ limit: 1 }, { kind: 'all', of: [{ limit: 2 }, { limit: 3 }] }, { limit: 4 }],
    })
  })

  it('is written in any case and with any spaces', () => {
    expect(conditionOf('\tDOWNLOAD>250mb')).toEqual(conditionOf('download   >   250 MB'))
    expect(conditionOf('Build  Time Grows By > 5% AND > 1s')).toMatchObject({ kind: 'all' })
  })
})

describe('the lines of an input', () => {
  it('may be empty or comments', () => {
    const { rules, problems } = parseRules(
      '\n# limits\ndisk > 1 GB # for now\r\n\r\n  \ndownload > 1 GB\n',
      'fail-on',
    )
    expect(problems).toEqual([])
    expect(rules.map(({ text }) => text)).toEqual(['disk > 1 GB', 'download > 1 GB'])
  })

  it('keep the right rules when others are wrong', () => {
    const { rules, problems } = parseRules('disk > 1 GB\ndsik > 1 GB', 'fail-on')
    expect(rules).toHaveLength(1)
    expect(problems).toMatchObject([{ line: 2, column: 1, length: 4 }])
  })
})

describe('a problem', () => {
  it('is told with its place and the word that was probably meant', () => {
    expect(problemsOf('# size\n\tdownlod > 250 MB')).toEqual([
      'fail-on, line 2, column 2: "downlod" is not a figure: did you mean "download"?\n' +
        '    \tdownlod > 250 MB\n' +
        '    \t^^^^^^^',
    ])
  })

  it.each([
    ['environment grow by > 5 MB', 13, 7, 'did you mean "grows by"?'],
    ['disk shrinks by > 5 MB', 6, 10, '"grows by"'],
    ['disk grows > 5 MB', 6, 5, 'did you mean "grows by"?'],
    ['build-time > 4 min', 1, 10, 'did you mean "build time"?'],
    ['start tiem > 4 s', 1, 10, 'did you mean "start time"?'],
    ['speed > 4 s', 1, 5, 'the figures are download, disk'],
    ['> 5 MB', 1, 1, 'starts with a figure'],
    ['grows by > 5%', 1, 5, 'starts with a figure'],
    ['42', 1, 2, 'starts with a figure'],
    ['disk', 5, 1, 'expected a limit such as 250 MB'],
    ['disk >  # 5 MB', 7, 1, 'expected a limit'],
    ['disk > much', 8, 4, 'expected a limit'],
    ['disk 5 MB', 6, 1, 'expected ">"'],
    ['disk >= 5 MB', 6, 2, 'write ">"'],
    ['disk ≥ 5 MB', 6, 1, 'write ">"'],
    ['disk < 5 MB', 6, 1, 'what is too much'],
    ['disk > 250', 8, 3, 'needs a unit'],
    ['disk > 250 MBs', 12, 3, 'did you mean "MB"?'],
    ['disk > 250 XY', 12, 2, 'the units are B, kB'],
    ['build time > 4 mins', 16, 4, 'did you mean "min"?'],
    ['disk > 1.2.3 MB', 8, 8, 'is not a limit'],
    ['disk > 1,5 MB', 8, 6, 'is not a limit'],
    ['disk > 5%', 8, 2, 'write "disk grows by > 5%"'],
    ['disk > 4 min', 8, 5, '"disk" is a size'],
    ['build time > 5 MB', 14, 4, '"build time" is a time'],
    ['disk > 5 MB and', 13, 3, 'missing after "and"'],
    ['disk > 5 MB adn > 6 MB', 13, 3, 'did you mean "and"?'],
    ['disk > 5 MB, download > 6 MB', 12, 1, 'a line holds one rule'],
    ['update download grows by > 5%', 17, 8, 'what a change costs already'],
    ['disk > -5 MB', 8, 1, 'expected a limit'],
    [`disk > ${'9'.repeat(400)} TB`, 8, 403, 'is not a limit'],
    ['disk > 5 constructor', 10, 11, 'is not a unit'],
  ])('%s', (text, column, length, message) => {
    const { rules, problems } = parseRules(text, 'fail-on')
    expect(rules).toEqual([])
    expect(problems).toEqual([
      { source: 'fail-on', line: 1, column, length, text, message: expect.stringContaining(message) },
    ])
  })

  it('does not hide the others', () => {
    expect(problemsOf('downlod > 250 XB and build time > 5 MB\nstart tiem > 4 parsecs')).toEqual([
      expect.stringContaining('line 1, column 1: "downlod"'),
      expect.stringContaining('line 1, column 15: "XB"'),
      expect.stringContaining('line 1, column 35: "build time" is a time'),
      expect.stringContaining('line 2, column 1: "start tiem"'),
      expect.stringContaining('line 2, column 16: "parsecs"'),
    ])
  })
})

describe('whatever is written', () => {
  const word = fc.constantFrom(
    ...[
      ...figures,
      'grows',
      'by',
      '>',
      '<',
      'and',
      'or',
      '5',
      '250',
      'MB',
      '%',
      'min',
      '#',
      ',',
      'x',
      '\t',
      '💥',
    ],
  )
  it('every line is empty, a rule, or has a problem inside it', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join(' ')
        const { rules, problems } = parseRules(text, 'fail-on')
        const empty = text.replace(/#.*$/, '').trim() === ''
        expect(rules.length + (problems.length > 0 ? 1 : 0)).toBe(empty ? 0 : 1)
        for (const { column, length } of problems) {
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column - 1 + length).toBeLessThanOrEqual(text.length + 1)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('a rule is read from its own text again', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const { rules } = parseRules(words.join(' '), 'fail-on')
        for (const rule of rules) expect(parseRules(rule.text, 'again').rules).toEqual([rule])
      }),
      { numRuns: 2000 },
    )
  })

  it('a page of noise is answered at once', () => {
    const { problems } = parseRules('disk and '.repeat(20_000), 'fail-on')
    expect(problems.length).toBeGreaterThan(0)
    expect(parseRules('x'.repeat(500_000), 'fail-on').problems).toHaveLength(2)
  })
})

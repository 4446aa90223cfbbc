import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { joinSections, type Section } from '../../../src/report/markdown/section.ts'

const section = (rowName: string, importance: number, count: number, missing = 0): Section => ({
  rowName,
  before: `${rowName}:\n`,
  rows: Array.from({ length: count }, (_, i) => `${rowName} ${i}\n`),
  after: '\n',
  importance,
  missing,
})

describe('sections that are too long', () => {
  const all = [section('notes', 3, 2), section('layers', 1, 20), section('packages', 2, 20)]
  const whole = joinSections(all, Infinity) ?? ''

  it('are whole while they fit', () => {
    expect(joinSections(all, whole.length)).toBe(whole)
    expect(whole).toContain('layers 19\n')
    expect(whole).not.toContain('more')
  })

  it('lose the last rows of the least important one, and say how many', () => {
    const text = joinSections(all, whole.length - 1) ?? ''
    expect(text).not.toContain('layers 19\n')
    expect(text).toContain('layers 10\n')
    expect(text).toMatch(/… and \d+ more layers/)
    expect(text).toContain('packages 19\n')
  })

  it('lose a section before the next one loses a row', () => {
    const text = joinSections(all, 200) ?? ''
    expect(text).toContain('20 layers left out')
    expect(text).toMatch(/… and \d+ more packages/)
    expect(text).toContain('notes 1\n')
  })

  it('count what was missing before', () => {
    expect(joinSections([section('packages', 1, 2, 7)], Infinity)).toContain('… and 7 more packages')
    expect(joinSections([section('packages', 1, 30, 7)], 40)).toContain('37 packages left out')
  })

  it('are nothing when not even the frames fit', () => expect(joinSections(all, 10)).toBeUndefined())

  it('never lose count, and never are longer than they may be', () => {
    const some = fc
      .array(fc.tuple(fc.constantFrom('a', 'bb', 'ccc'), fc.nat(3), fc.nat(9), fc.nat(3)), { maxLength: 5 })
      .map((list) => list.map((each) => section(...each)))
    fc.assert(
      fc.property(some, fc.nat(400), (sections, max) => {
        const text = joinSections(sections, max)
        if (text === undefined) return
        expect(text.length).toBeLessThanOrEqual(max)
        const shown = [...text.matchAll(/^\w+ \d+$/gm)].length
        const told = [...text.matchAll(/^(?:… and )?(\d+) (?:more \w+|\w+ left out)$/gm)]
        const missing = told.reduce((sum, [, count]) => sum + Number(count), 0)
        const rows = sections.reduce((sum, each) => sum + each.rows.length + (each.missing ?? 0), 0)
        expect(shown + missing).toBe(rows)
      }),
    )
  })
})

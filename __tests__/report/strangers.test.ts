import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { renderHtml } from '../../src/report/html/page.ts'
import type { ReportInput } from '../../src/report/input.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { renderText } from '../../src/report/text.ts'
import { displayWidth } from '../../src/report/width.ts'
import { attacks } from '../fixtures/attacks.ts'
import { createDelta, createLayer, createMeasurement, createPackage } from '../fixtures/measurement.ts'
import { createReport } from '../fixtures/report.ts'

const namesEach = 100
const reports = 100

/** A report of one shape, whatever the names in it. */
function reportOf(names: readonly string[]): ReportInput {
  const name = (i: number): string => names[i] ?? ''
  const measurement = createMeasurement({
    packages: Array.from({ length: 20 }, (_, i) =>
      createPackage({
        name: name(i),
        version: name(20 + i),
        location: name(i),
        bytes: 1_000_000 * (30 - i),
        requiredBy: [[name(40 + i)]],
      }),
    ),
    layers: Array.from({ length: 20 }, (_, i) => createLayer({ createdBy: name(60 + i) })),
    systemPackages: [],
    waste: Array.from({ length: 6 }, (_, i) => ({
      path: name(80 + i),
      bytes: 100_000 - i,
      download: 1,
      why: name(i),
      hint: name(20 + i),
    })),
  })
  const base = createMeasurement({ packages: [], systemPackages: [] })
  return createReport({
    name: name(86),
    measurement,
    delta: createDelta(measurement, base),
    baselineText: name(87),
    notes: names.slice(88, 94),
    outputs: names.slice(94, 100).map((value) => ({ label: 'image', value })),
  })
}

const plain = reportOf(Array.from({ length: namesEach }, (_, i) => `name${String(i)}x`))

/** Of pieces of attacks and of any characters at all; no two alike, for two of one name are one package. */
const hostile = fc
  .uniqueArray(
    fc
      .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 12 })), {
        minLength: 1,
        maxLength: 3,
      })
      .map((pieces) => pieces.join('').slice(0, 300)),
    { minLength: namesEach, maxLength: namesEach },
  )
  .map((names) => reportOf(names))

const asHtml = (report: ReportInput): string =>
  micromark(renderMarkdown(report), {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  })

/** Without code, of which a sentence may have more or less. */
const withoutCode = (html: string): string => html.replace(/<code>[^]*?<\/code>/g, '·')
/** What GitHub makes something of where it is no code. */
const alive = /@\w|#\d|\$|:\w+:|www\.|https?:|gh-\d|\b[\da-f]{7,40}\b/i
const tags = (html: string): readonly string[] => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag)
const names = (html: string): readonly string[] =>
  [...html.matchAll(/<(\/?[a-z!][a-z0-9-]*)/gi)].map(([, name = '']) => name)

describe('ten thousand names of strangers', () => {
  it('make nothing in markdown, as GitHub-flavoured markdown is parsed', () => {
    const wanted = tags(withoutCode(asHtml(plain)))
    expect(new Set(names(asHtml(plain)))).not.toContain('a')
    fc.assert(
      fc.property(hostile, (report) => {
        const html = withoutCode(asHtml(report))
        expect(tags(html)).toEqual(wanted)
        expect(html.replace(/<[^>]*>/g, '').match(alive)).toBeNull()
      }),
      { numRuns: reports },
    )
  }, 600_000)

  it('make no element in the page', () => {
    // Of code, which is what stands between backticks, there may be more or less.
    const elements = (report: ReportInput): readonly string[] =>
      names(renderHtml(report)).filter((name) => !/^\/?code$/.test(name))
    const wanted = elements(plain)
    fc.assert(
      fc.property(hostile, (report) => {
        expect(elements(report)).toEqual(wanted)
      }),
      { numRuns: reports },
    )
  }, 600_000)

  it('make no sequence and no wider line on a terminal', () => {
    const lines = renderText(plain, { rows: 50 }).split('\n').length
    expect(lines).toBeGreaterThan(80)
    fc.assert(
      fc.property(hostile, (report) => {
        const text = renderText(report, { rows: 50 })
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        const [head = ''] = text.split('\n\nimage')
        for (const line of head.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
      }),
      { numRuns: reports },
    )
  }, 600_000)
})

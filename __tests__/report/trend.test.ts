import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { HistoryPoint } from '../../src/compare/history.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { renderHtml } from '../../src/report/html/page.ts'
import { renderText } from '../../src/report/text.ts'
import { mermaidChart, sparkline, trendOf, type Trend } from '../../src/report/trend.ts'
import { attacks } from '../fixtures/attacks.ts'
import { createMeasurement } from '../fixtures/measurement.ts'
import { createReport } from '../fixtures/report.ts'

const { sizes } = createMeasurement()
const point = (download: number, commit = 'a'.repeat(40)): HistoryPoint => ({
  commit,
  sizes: { ...sizes, download },
})
const history = [point(80e6, '1a2b3c4d5e6f7'), point(84e6, 'b'.repeat(64)), point(86_129_774)]
const trend = (points: readonly HistoryPoint[]): Trend => {
  const found = trendOf(createReport({ history: points }))
  if (found === undefined) throw new Error('no trend')
  return found
}

/** What Mermaid's grammar of an xychart takes of what we use: a title, quoted categories, a range, numbers. */
const grammar =
  /^%%\{init: [\w{}":,#]+\}%%\nxychart-beta\n {4}title "[\w ]+"\n {4}x-axis \["\w+"(?:, "\w+")*\]\n {4}y-axis "[kMG]B" \d+\.\d+ --> \d+\.\d+\n {4}line \[\d+\.\d+(?:, \d+\.\d+)*\]\n$/

describe('the trend', () => {
  it('is of the commits before, and this image', () => {
    expect(trend(history)).toEqual({
      points: [
        { label: '1a2b3c4', bytes: 80e6 },
        { label: 'bbbbbbb', bytes: 84e6 },
        { label: 'aaaaaaa', bytes: 86_129_774 },
        { label: 'this', bytes: 120_628_002 },
      ],
      summary: '80.0 MB → 121 MB',
    })
  })

  it('is none of fewer than three points, and of the last twelve at most', () => {
    expect(trendOf(createReport())).toBeUndefined()
    expect(trendOf(createReport({ history: [point(1)] }))).toBeUndefined()
    const long = trend(Array.from({ length: 50 }, (_, i) => point(i)))
    expect(long.points).toHaveLength(12)
    expect(long.points[0]?.bytes).toBe(39)
  })

  it('is a chart that Mermaid draws', () => {
    expect(mermaidChart(trend(history))).toBe(
      [
        '%%{init: {"xyChart":{"width":900,"height":300},"themeVariables":{"xyChart":{"plotColorPalette":"#2f81f7"}}}}%%',
        'xychart-beta',
        '    title "Download in MB"',
        '    x-axis ["1a2b3c4", "bbbbbbb", "aaaaaaa", "this"]',
        '    y-axis "MB" 75.937 --> 124.691',
        '    line [80.000, 84.000, 86.130, 120.628]',
        '',
      ].join('\n'),
    )
  })

  it('is within the grammar, whatever the commits and sizes', () => {
    const commits = fc.oneof(
      fc.constantFrom(...attacks),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[0-9a-f]+$/),
    )
    const bytes = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(0))
    const points = fc.array(fc.tuple(commits, bytes), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(points, (all) => {
        const found = trend(all.map(([commit, size]) => point(size, commit)))
        expect(mermaidChart(found)).toMatch(grammar)
        expect(sparkline(found)).toMatch(/^[▁▂▃▄▅▆▇█]{3,12}$/)
      }),
      { numRuns: 300 },
    )
  })

  it('is level where nothing moved', () => {
    const level = trend([point(120_628_002), point(120_628_002)])
    expect(sparkline(level)).toBe('▁▁▁')
    expect(mermaidChart(level)).toContain('120.025 --> 121.231')
  })
})

describe('the reports show it', () => {
  const report = createReport({ history })

  it('as a Mermaid chart behind a fold, that is left out when there is no room', () => {
    const markdown = renderMarkdown(report)
    expect(markdown).toContain(
      '<details><summary>Download of the last 4 commits: 80.0 MB → 121 MB</summary>\n\n```mermaid\n%%{init: ',
    )
    const short = renderMarkdown(report, { maxCharacters: 1_700 })
    expect(short).not.toContain('mermaid')
    expect(renderMarkdown(createReport())).not.toContain('mermaid')
  })

  it('as one line on a terminal', () => {
    expect(renderText(report)).toContain('Download of the last 4 commits  ▁▂▂█  80.0 MB → 121 MB\n')
    expect(renderText(createReport())).not.toContain('commits')
  })

  it('as a line on the page, with words for those who do not see it', () => {
    const page = renderHtml(report)
    expect(page).toContain('role="img" aria-label="Download of the last 4 commits: 80.0 MB → 121 MB"')
    expect(page.match(/<circle /g)).toHaveLength(4)
    expect(page).not.toMatch(/<svg[^]*style="[^]*<\/svg>/)
    expect(renderHtml(createReport())).not.toContain('<svg')
  })
})

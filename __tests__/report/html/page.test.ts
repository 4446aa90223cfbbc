import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { SizeNode } from '../../../src/image/size-tree.ts'
import { renderHtml } from '../../../src/report/html/page.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { createDelta, createMeasurement, createPackage } from '../../fixtures/measurement.ts'
import { createHostileReport, createReport } from '../../fixtures/report.ts'

const file = (name: string, bytes = 1000): SizeNode => ({ name, kind: 'file', bytes, children: [] })
const folder = (name: string, children: readonly SizeNode[]): SizeNode => ({
  name,
  kind: 'folder',
  bytes: children.reduce((sum, one) => sum + one.bytes, 0),
  children,
})

/** What stands between the tags of an element that comes once. */
function contentOf(page: string, element: string): string {
  const found = [...page.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))]
  expect(found).toHaveLength(1)
  return found[0]?.[1] ?? ''
}

/** The page's tags, with the names of their attributes and without their values. */
function skeletonOf(page: string): readonly string[] {
  return (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'))
}

function createHostilePage(text: string): string {
  const tree = folder(text, [folder(text, [file(text), file(text)]), file(text)])
  return renderHtml({ ...createHostileReport(text), tree })
}

describe('the policy of the page', () => {
  const page = renderHtml(createReport())

  it('lets its own style and script act, by their hashes, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    const hash = (element: string): string =>
      `'sha256-${createHash('sha256').update(contentOf(page, element)).digest('base64')}'`
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hash('style')}`,
      `script-src ${hash('script')}`,
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  it('stands before all that it is about', () => {
    const at = page.indexOf('Content-Security-Policy')
    for (const element of ['<style', '<script', '<body', '<title'])
      expect(page.indexOf(element)).toBeGreaterThan(at)
  })

  it('has nothing to refuse: no address, no handler, no style in an attribute', () => {
    const tags = page.match(/<[a-z][^>]*>/g) ?? []
    for (const tag of tags) expect(tag).not.toMatch(/\s(?:src|href|action|style|on\w+)\s*=/)
  })
})

describe('the page', () => {
  it('has every package in its table, with version and reason, and those that went', () => {
    const base = createMeasurement({
      packages: [...createMeasurement().packages, createPackage({ name: 'scipy', version: '1.14.0' })],
    })
    const report = createReport({ delta: createDelta(undefined, base) })
    const table = /<details id="packages"[^]*?<\/details>/.exec(renderHtml(report))?.[0] ?? ''
    expect(table.match(/<tr><td>/g)).toHaveLength(report.measurement.packages.length + 1)
    for (const { name } of report.measurement.packages) expect(table).toContain(`>${name}</button>`)
    expect(table).toContain('2.1.0 → 2.2.1')
    expect(table).toContain('← python-dateutil ← pandas ← you')
    expect(table).toMatch(/<td>scipy<\/td><td>1\.14\.0 → removed<\/td>.*-48\.7 MB/)
  })

  it('is below a megabyte for 20,000 files and 1,000 packages, whatever their names', () => {
    for (const letter of ['x', '<', '\u{1f4a5}']) {
      const name = (i: number): string => `${i}${letter.repeat(100)}`
      const packages = Array.from({ length: 1000 }, (_, i) =>
        createPackage({ name: name(i), version: name(i), location: name(i), requiredBy: [[name(1)]] }),
      )
      const tree = folder(
        'image',
        Array.from({ length: 200 }, (_, i) =>
          folder(
            name(i),
            Array.from({ length: 100 }, (_, j) => file(name(j), 1 + i * j)),
          ),
        ),
      )
      const layers = createMeasurement().layers.flatMap((layer) =>
        Array.from({ length: 20 }, (_, i) => ({ ...layer, createdBy: name(i).repeat(40) })),
      )
      const measurement = createMeasurement({ packages, layers })
      expect(Buffer.byteLength(renderHtml(createReport({ measurement, tree })))).toBeLessThan(1_000_000)
    }
  })

  it('says how many rows are left out', () => {
    const packages = Array.from({ length: 5000 }, (_, i) => createPackage({ name: `package-${i}` }))
    const page = renderHtml(createReport({ measurement: createMeasurement({ packages }), delta: undefined }))
    const shown = page.match(/data-package="package-/g)?.length ?? 0
    expect(page).toContain(`… and ${5000 - shown} more`)
    expect(shown).toBeGreaterThan(500)
  })
})

describe('names from an image', () => {
  const harmless = skeletonOf(createHostilePage('x'))

  it.each(attacks.map((text) => [JSON.stringify(text).slice(0, 60), text]))('%s is text', (_, text) => {
    expect(skeletonOf(createHostilePage(text))).toEqual(harmless)
  })

  it('make no tag, no attribute and no end of the data, whatever they are', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      '!--',
      ']]>',
      '</script>',
      '<!--',
      'on',
      ' ',
    )
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { minLength: 1 })
    fc.assert(
      fc.property(text, (pieces) => {
        expect(skeletonOf(createHostilePage(pieces.join('')))).toEqual(harmless)
      }),
      { numRuns: 20 },
    )
  })

  it('stay what they are in the data', () => {
    const page = renderHtml(createReport({ tree: folder('image', [file('</script><!--&amp;\u2028')]) }))
    const json = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)?.[1] ?? ''
    expect(json).not.toMatch(/[<>&]/)
    const data = JSON.parse(json) as [unknown, unknown, unknown, unknown, [[string]]]
    expect(data[4][0][0]).toBe('</script><!--&amp;\\u{2028}')
  })
})

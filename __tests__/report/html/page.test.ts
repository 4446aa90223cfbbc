import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { SizeNode } from '../../../src/image/size-tree.ts'
import type { MapData } from '../../../src/report/html/map.ts'
import { renderHtml } from '../../../src/report/html/page.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { createDelta, createLayer, createMeasurement, createPackage } from '../../fixtures/measurement.ts'
import { createAccepted, createHostileReport, createReport } from '../../fixtures/report.ts'

const file = (name: string, bytes = 1000): SizeNode => ({ name, kind: 'file', bytes, children: [] })
const node = (kind: SizeNode['kind'], name: string, children: readonly SizeNode[]): SizeNode => ({
  ...{ name, kind, children },
  bytes: children.reduce((sum, one) => sum + one.bytes, 0),
})
const folder = (name: string, children: readonly SizeNode[]): SizeNode => node('folder', name, children)

/** What stands between the tags of an element that comes once. */
function contentOf(page: string, element: string): string {
  const found = [...page.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))]
  expect(found).toHaveLength(1)
  return found[0]?.[1] ?? ''
}

/**
 * The page's tags, with the names of their attributes and without their values; but for code, which is whatever stands
 * between backticks.
 */
function skeletonOf(page: string): readonly string[] {
  const tags = (page.match(/<[^>]*>/g) ?? []).filter((tag) => !/^<\/?code>$/.test(tag))
  return tags.map((tag) => tag.replace(/"[^"]*"/g, '""'))
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
  it('has what changed in the system, what the base did by itself and what became of the layers', () => {
    const system = (name: string, bytes: number): { name: string; version: string; bytes: number } => ({
      ...{ name, version: '1', bytes },
    })
    const { layers, image } = createMeasurement()
    const measurement = createMeasurement({
      systemPackages: [system('libc6', 5_000), system('gcc', 70_000_000)],
      layers: [createLayer({ part: 'base', download: 31_778_112 }), ...layers.slice(1)],
      image: { ...image, digest: 'sha256:1' },
    })
    const base = createMeasurement({
      systemPackages: [system('libc6', 5_000), system('perl', 1_000)],
      layers,
    })
    const shown = renderHtml(createReport({ measurement, delta: createDelta(measurement, base) }))
    expect(shown).toContain('<h2>2 system packages, 2 changed</h2>')
    expect(shown).toMatch(/<td>gcc<\/td><td>1 <span class="tag">new<\/span><\/td>.*\+70\.0 MB/)
    expect(shown).toMatch(/<td>perl<\/td><td>1 <span class="tag">removed<\/span><\/td>.*-1\.00 kB/)
    expect(shown).toContain(
      '<p class="drift">The base image itself moved: download +2.00 MB, filesystem -36.7 MB;',
    )
    expect(shown).toContain('<h2>6 layers: 5 kept, 1 new, 1 gone</h2>')
    expect(shown).toMatch(/<td><span class="tag">gone<\/span><\/td><td>base<\/td>/)
  })

  it('has commands in sentences as code', () => {
    const notes = ['run `uv lock <x>`, not ` alone']
    expect(renderHtml(createReport({ notes }))).toContain(
      '<li>run <code>uv lock &lt;x&gt;</code>, not ` alone</li>',
    )
  })

  it('says beside the figure what its budget is, and which label accepts its growth', () => {
    const shown = renderHtml(createReport({ verdict: createAccepted('download grows by > 5%', '<b>ok') }))
    const [card] = /<dt>download<\/dt>[^]*?<\/div>/.exec(shown) ?? []
    expect(card).toContain('<span class="dim">budget: +5%</span>')
    expect(card).toContain('<span>accepted by the label <b>&lt;b&gt;ok</b></span>')
  })

  it('has the colours of what changed where only packages of the baseline are known', () => {
    const tree = node('image', 'image', [
      node('part', 'environment', [
        node('package', 'numpy', [file('a', 49_612_002)]),
        node('package', 'pandas', [file('b', 36_120_002)]),
        folder('opt', [file('c', 5)]),
      ]),
    ])
    const data = JSON.parse(
      /id="data">(.*)<\/script>/.exec(renderHtml(createReport({ tree })))?.[1] ?? '',
    ) as MapData
    const [, , , , [environment]] = data
    const before = new Map(environment?.[4].map(([name, , bytes, was]) => [name, { bytes, was }]))
    expect(environment?.[3]).toBe(createMeasurement().parts.environment)
    expect(before.get('numpy')).toEqual({ bytes: 49_612_002, was: 48_733_120 })
    expect(before.get('pandas')).toEqual({ bytes: 36_120_002, was: 36_120_002 })
    expect(before.get('sqlalchemy')).toEqual({ bytes: 0, was: 12_400_119 })
    const owned = createMeasurement().packages.reduce((sum, { bytes }) => sum + bytes, 0)
    const others = createMeasurement().parts.environment - owned
    expect(before.get('of no package/opt')).toEqual({ bytes: 5, was: others })
  })

  it('has the colours of the parts where the two are for different platforms', () => {
    const arm = createMeasurement({ image: { ...createMeasurement().image, platform: 'linux/arm64' } })
    expect(renderHtml(createReport())).toContain('<body data-compared="true">')
    expect(renderHtml(createReport({ delta: createDelta(undefined, arm) }))).toContain(
      '<body data-compared="false">',
    )
  })

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
    expect(table).toMatch(/<td>scipy<\/td><td>1\.14\.0 <span class="tag">removed<\/span><\/td>.*-48\.7 MB/)
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

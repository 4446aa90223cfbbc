import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import type { SizeNode } from '../../../src/image/size-tree.ts'
import { renderHtml } from '../../../src/report/html/page.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { describeWithBrowser } from '../../fixtures/browser.ts'
import { createMeasurement } from '../../fixtures/measurement.ts'
import { createReport } from '../../fixtures/report.ts'

const file = (name: string, bytes: number): SizeNode => ({ name, kind: 'file', bytes, children: [] })
const node = (kind: SizeNode['kind'], name: string, children: readonly SizeNode[]): SizeNode => ({
  name,
  kind,
  bytes: children.reduce((sum, one) => sum + one.bytes, 0),
  children,
})
const tree = node('image', 'image', [
  node('part', 'environment', [
    node('package', 'numpy', [file('core.so', 40_000_000), node('folder', 'lib', [file('a.py', 9_000_000)])]),
    node('package', 'pandas', [file('pandas.so', 36_000_000)]),
  ]),
  node('part', 'base', [node('folder', 'usr/lib', [file('libc.so.6', 30_000_000)])]),
])
const report = createReport({ measurement: createMeasurement(), delta: undefined, verdict: undefined, tree })
const names = `[...document.querySelectorAll('button.tile')].map((tile) => tile.firstChild.textContent)`
const trail = `[...document.querySelectorAll('#path button')].map((one) => one.textContent).join('/')`
const listed = `[...document.querySelectorAll('#contents tbody tr')].map((row) => row.cells[0].firstChild.nextSibling.textContent)`

const axe = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))
/** The contrast (WCAG 2.2) of text on each colour that a tile may have. */
const contrasts = `(() => {
  const parts = ['base', 'system', 'interpreter', 'environment', 'app', 'waste', 'other']
  const classes = [
    ...parts.flatMap((part) => ['deep', 'tint0', 'tint1', 'tint2'].map((tint) => 'part-' + part + ' ' + tint)),
    ...['d-3', 'd-2', 'd-1', 'd0', 'dn', 'd1', 'd2', 'd3'],
  ]
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const luminance = (colour) => {
    pixel.fillStyle = colour
    pixel.fillRect(0, 0, 1, 1)
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((c) => {
      const part = c / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const tile = document.createElement('div')
  document.querySelector('#map').append(tile)
  return Object.fromEntries(classes.map((one) => {
    tile.className = 'tile ' + one
    const { color, backgroundColor } = getComputedStyle(tile)
    const [dark, light] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b)
    return [one, (light + 0.05) / (dark + 0.05)]
  }))
})()`

describeWithBrowser('the page in a browser', (browser) => {
  it('shows the map and asks for nothing', async () => {
    await browser().open(renderHtml(report))
    expect(await browser().evaluate(names)).toEqual(['environment', 'base'])
    expect(await browser().evaluate(listed)).toEqual(['environment', 'base'])
    expect(await browser().evaluate(`document.querySelector('#map').textContent`)).toContain('libc.so.6')
    expect(browser().messages).toEqual([])
    expect(browser().requests.filter((url) => !url.startsWith('file:'))).toEqual([])
  })

  it('gives each tile the area of its bytes', async () => {
    const [environment = 0, base = 0] = await browser().evaluate<readonly number[]>(
      `[...document.querySelectorAll('button.tile')].map((tile) => tile.offsetWidth * tile.offsetHeight)`,
    )
    expect(environment / base).toBeGreaterThan((85 / 30) * 0.97)
    expect(environment / base).toBeLessThan((85 / 30) * 1.03)
  })

  it('goes in by a click, and out by its path', async () => {
    await browser().click('button.tile')
    expect(await browser().evaluate(trail)).toBe('image/environment')
    expect(await browser().evaluate(names)).toEqual(['numpy', 'pandas'])
    expect(await browser().evaluate(listed)).toEqual(['numpy', 'pandas'])
    await browser().click('#path button')
    expect(await browser().evaluate(trail)).toBe('image')
  })

  it('is used by keyboard alone', async () => {
    await browser().evaluate(`document.querySelector('button.tile').focus()`)
    await browser().press('Enter')
    expect(await browser().evaluate(trail)).toBe('image/environment')
    await browser().press('ArrowRight')
    expect(await browser().evaluate(`document.activeElement.getAttribute('aria-label')`)).toMatch(
      /^pandas 36\.0 MB, package, /,
    )
    await browser().press('Escape')
    expect(await browser().evaluate(trail)).toBe('image')
    expect(await browser().evaluate(`document.activeElement.getAttribute('aria-label')`)).toMatch(
      /^environment 85\.0 MB, part, 85\.0 MB, 74% of the image/,
    )
  })

  it('keeps the focus on its path and on its list, which are made anew', async () => {
    const focus = `document.activeElement.closest('nav, #contents, #map')?.id + ' ' + document.activeElement.textContent`
    await browser().evaluate(`document.querySelector('#contents button').focus()`)
    await browser().press('Enter')
    expect(await browser().evaluate(trail)).toBe('image/environment')
    expect(await browser().evaluate(focus)).toBe('contents numpy')
    await browser().evaluate(`document.querySelector('#path button').focus()`)
    await browser().press('Enter')
    expect(await browser().evaluate(trail)).toBe('image')
    expect(await browser().evaluate(focus)).toBe('path image')
  })

  it('keeps the focus when the map is drawn anew', async () => {
    await browser().evaluate(`document.querySelector('button.tile').focus()`)
    await browser().press('ArrowRight')
    await browser().evaluate(`document.querySelector('#map').style.height = '300px'`)
    await browser().evaluate(`new Promise((done) => setTimeout(done, 100))`)
    expect(
      await browser().evaluate(`document.querySelector('#map').lastChild.previousSibling.offsetHeight`),
    ).toBeLessThan(300)
    expect(await browser().evaluate(`document.activeElement.textContent`)).toMatch(/^base 30\.0 MB/)
    expect(await browser().evaluate(`document.querySelector('#ring').style.display`)).toBe('block')
  })

  it('finds a file in all of the image', async () => {
    await browser().evaluate(`document.querySelector('#search').focus()`)
    await browser().type('LIBC')
    expect(await browser().evaluate(listed)).toEqual(['libc.so.6'])
    expect(await browser().evaluate(`document.querySelector('#status').textContent`)).toBe('1 match, 30.0 MB')
    expect(
      await browser().evaluate(`document.querySelectorAll('#packages tbody tr:not([hidden])').length`),
    ).toBe(0)
    await browser().press('Enter')
    expect(await browser().evaluate(trail)).toBe('image/base/usr/lib')
  })

  it('shows what grew and what went, with its sign', async () => {
    const smaller = node('image', 'old', [
      node('part', 'environment', [
        node('package', 'numpy', [file('core.so', 20_000_000)]),
        node('package', 'scipy', [file('scipy.so', 25_000_000)]),
      ]),
    ])
    await browser().open(renderHtml(createReport({ tree, baseTree: smaller })))
    await browser().click('button.tile')
    const labels = `[...document.querySelectorAll('button.tile')].map((tile) => tile.getAttribute('aria-label'))`
    expect(await browser().evaluate(labels)).toEqual([
      expect.stringMatching(/^numpy \+29\.0 MB, .*, grown by \+29\.0 MB/),
      expect.stringMatching(/^pandas \+36\.0 MB, .*, new by \+36\.0 MB/),
      expect.stringMatching(/^scipy −25\.0 MB, .*, removed by −25\.0 MB/),
    ])
    expect(await browser().evaluate(`document.querySelectorAll('button.tile.gone').length`)).toBe(1)
  })

  it.each([
    ['light', false],
    ['dark', true],
  ])('has text that is read on every colour of the map, in %s mode', async (_, dark) => {
    await browser().dark(dark)
    await browser().open(renderHtml(report))
    const ratios = await browser().evaluate<Record<string, number>>(contrasts)
    expect(Object.keys(ratios)).toHaveLength(7 * 4 + 8)
    for (const [classes, ratio] of Object.entries(ratios))
      expect([classes, ratio >= 4.5]).toEqual([classes, true])
    await browser().dark(false)
  })

  it.each([
    ['one image, in light mode', false, report],
    ['two images, in dark mode', true, createReport({ tree })],
  ])('has nothing that stands in the way of who cannot see it, as axe finds: %s', async (_, dark, shown) => {
    await browser().dark(dark)
    await browser().open(renderHtml(shown))
    await browser().evaluate(`${readFileSync(axe, 'utf8')};0`)
    const found = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))`
    expect(await browser().evaluate(found)).toEqual([])
    await browser().dark(false)
  })

  it('fits a telephone', async () => {
    await browser().open(renderHtml(report), 360, 700)
    expect(await browser().evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360)
  })

  it('keeps every hostile name text', async () => {
    const alive = [
      '<img src=x onerror=alert(1)>',
      '</script><script>alert(1)</script>',
      '"><svg/onload=alert(1)>',
    ]
    const all = [...alive, ...attacks].filter((text) => text.length < 300)
    const hostile = node('image', all[0] ?? '', [
      node(
        'part',
        'environment',
        all.map((text, i) => node('package', text, [file(text, 1000 + i)])),
      ),
    ])
    const packages = all.map((name, i) => ({
      ...report.measurement.packages[0],
      name,
      version: name,
      bytes: i,
    }))
    const measurement = createMeasurement({ packages: packages as typeof report.measurement.packages })
    await browser().open(
      renderHtml({ ...report, name: all[0] ?? '', measurement, tree: hostile, notes: all }),
    )
    await browser().click('button.tile')
    await browser().evaluate(`document.querySelector('#search').focus()`)
    await browser().type('<')
    const count = (selector: string): Promise<number> =>
      browser().evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`)
    expect(await count('img, svg, iframe, object, a, link, base, form, script:not(#data)')).toBe(1)
    expect(await count('#packages tbody tr')).toBe(all.length)
    expect(await browser().evaluate(`document.title`)).toContain('<img src=x onerror=alert(1)>')
    expect(browser().messages).toEqual([])
    expect(browser().requests.filter((url) => !url.startsWith('file:'))).toEqual([])
  })
})

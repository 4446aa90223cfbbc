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
const names = `[...document.querySelectorAll('button.tile')].map((tile) => tile.getAttribute('aria-label').split(',')[0])`
const trail = `[...document.querySelectorAll('#path button')].map((one) => one.textContent).join('/')`
const listed = `[...document.querySelectorAll('#contents tbody tr')].map((row) => row.cells[0].firstChild.nextSibling.textContent)`

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
    expect(await browser().evaluate(`document.activeElement.getAttribute('aria-label')`)).toMatch(/^pandas, /)
    await browser().press('Escape')
    expect(await browser().evaluate(trail)).toBe('image')
    expect(await browser().evaluate(`document.activeElement.getAttribute('aria-label')`)).toMatch(
      /^environment, part, 85\.0 MB, 74% of the image/,
    )
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
      expect.stringMatching(/^numpy, .*, grown by \+29\.0 MB/),
      expect.stringMatching(/^pandas, .*, new by \+36\.0 MB/),
      expect.stringMatching(/^scipy, .*, removed by −25\.0 MB/),
    ])
    expect(await browser().evaluate(`document.querySelectorAll('button.tile.gone').length`)).toBe(1)
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

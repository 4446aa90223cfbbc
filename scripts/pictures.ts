import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChromium } from './chromium.ts'

/**
 * Takes the pictures of the README, in light and in dark, from a page that `--html` wrote:
 * `node scripts/pictures.ts REPORT.html`.
 */
const [page] = process.argv.slice(2)
if (page === undefined) throw new Error('name the page: node scripts/pictures.ts demo-out/report.html')
const html = readFileSync(page, 'utf8')
const { browser, stop } = await startChromium()
try {
  for (const look of ['light', 'dark']) {
    await browser.dark(look === 'dark')
    await browser.open(html, 1280, 900)
    // The map is drawn once more when the fonts are there.
    await new Promise((done) => setTimeout(done, 500))
    const end = await browser.evaluate<number>(
      `document.querySelector('.explore').getBoundingClientRect().bottom`,
    )
    const picture = await browser.screenshot({ height: Math.ceil(end) + 12, format: 'webp' })
    const path = join(import.meta.dirname, `../docs/report-${look}.webp`)
    writeFileSync(path, picture)
    console.log(`${path}  ${picture.length} bytes`)
  }
} finally {
  await stop()
}

import { createHash } from 'node:crypto'
import { shortDigest } from '../../image/digest.ts'
import { sizeTreeOf } from '../../image/size-tree.ts'
import { figureRows } from '../figures.ts'
import { headline } from '../headline.ts'
import type { ReportInput } from '../input.ts'
import { html } from './escape.ts'
import { mapJson, mapOf } from './map.ts'
import { script } from './script.js.ts'
import { style } from './style.css.ts'
import { legend, tables } from './tables.ts'
import { trend } from './trend.ts'

/** Bytes that the map's data may take; with what the tables may take a page stays below a megabyte. */
const mapBytes = 400_000

/**
 * The report as one page: a map of where the bytes are, and the tables. Nothing is fetched, whatever a name in the
 * image may want: its policy (CSP level 3) lets this style and this script alone act.
 */
export function renderHtml(input: ReportInput): string {
  const { measurement, delta, baselineText } = input
  const { outcome, verdict, summary } = headline(input)
  const map = mapOf(input.tree ?? sizeTreeOf(measurement), delta === undefined ? undefined : input.baseTree)
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const compared = baselineText === undefined ? '' : ` · compared with <b>${html(baselineText, 120)}</b>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html(input.name, 100)}: what is in the image</title>
<style>${style}</style>
</head>
<body data-compared="${String(delta !== undefined)}">
<header>
<h1>${html(input.name, 120)}</h1>
<p class="dim">${html(measurement.image.platform, 40)} · <code>${html(shortDigest(measurement.image.digest), 40)}</code>${compared}</p>
<p class="headline">${verdict === '' ? '' : `<b class="outcome ${outcome}">${verdict}</b> `}${summary}</p>
${figures(input)}
${trend(input)}${rules(input)}${notes(input)}</header>
<main>
<section class="explore" aria-label="Where the bytes are">
<div class="bar"><nav id="path" aria-label="Path"></nav>
<label class="search"><span>Search</span><input id="search" type="search" placeholder="package, folder or file" autocomplete="off" spellcheck="false"></label></div>
<div id="map" role="group" aria-label="Map: the area is the size. Arrow keys move, Enter goes in, Escape goes out."></div>
<div id="contents"><table><thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col" class="number" id="last"></th></tr></thead><tbody></tbody></table></div>
<div class="under">${legend(input)}${scale(input)}<p id="status" class="dim" role="status"></p></div>
<noscript><p>The map needs its script; all that is in it is in the tables too, but for folders and files.</p></noscript>
</section>
${tables(input)}
</main>
<div id="tip" aria-hidden="true"></div>
<script type="application/json" id="data">${mapJson(map, mapBytes)}</script>
<script>${script}</script>
</body>
</html>
`
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function figures(input: ReportInput): string {
  const cards = figureRows(input).map(({ figure, before, after, delta: change, growth, reason }) => {
    const from = before === '' || change === '' ? '' : `<span class="dim">was ${before}</span>`
    const kind = change.startsWith('+') ? 'grown' : change.startsWith('-') ? 'shrunk' : 'same'
    const moved = change === '' ? '' : `<b class="${kind}">${change} ${growth}</b>`
    const not = reason === '' ? '' : `<span class="dim">not compared: ${html(reason)}</span>`
    return `<div><dt>${figure}</dt><dd><span class="figure">${after}</span>${moved}${from}${not}</dd></div>`
  })
  return `<dl class="figures">${cards.join('')}</dl>`
}

function rules({ verdict }: ReportInput): string {
  if (verdict === undefined || verdict.rules.length === 0) return ''
  const marks = { pass: '✓', warn: '!', fail: '✗', skipped: '–' } as const
  const items = verdict.rules.map(
    ({ rule, outcome, reason }) =>
      `<li class="${outcome}"><b>${marks[outcome]}</b> ${html(`${rule.text}: ${reason}`, 500)}</li>`,
  )
  return `<ul class="rules" aria-label="Budget">${items.join('')}</ul>\n`
}

function notes({ notes: all }: ReportInput): string {
  if (all.length === 0) return ''
  const items = all.slice(0, 50).map((note) => `<li>${html(note, 500)}</li>`)
  return `<ul class="notes" aria-label="Notes">${items.join('')}</ul>\n`
}

function scale({ delta }: ReportInput): string {
  if (delta === undefined) return ''
  const steps = [-3, -2, -1, 0, 1, 2, 3].map((step) => `<span class="swatch d${step}"></span>`).join('')
  return `<p class="scale" aria-hidden="true">− shrunk ${steps} grown +</p>`
}

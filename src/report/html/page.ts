import { createHash } from 'node:crypto'
import { sizeTreeOf } from '../../image/size-tree.ts'
import type { ReportInput } from '../input.ts'
import { baseTreeOf } from './base-tree.ts'
import { html } from './escape.ts'
import { header } from './header.ts'
import { legend } from './legend.ts'
import { mapJson, mapOf } from './map.ts'
import { script } from './script.js.ts'
import { style } from './style.css.ts'
import { tables } from './tables.ts'

/** Bytes that the map's data may take; with what the tables may take a page stays below a megabyte. */
const mapBytes = 400_000

/**
 * The report as one page: a map of where the bytes are, and the tables. Nothing is fetched, whatever a name in the
 * image may want: its policy (CSP level 3) lets this style and this script alone act.
 */
export function renderHtml(input: ReportInput): string {
  const { measurement, delta } = input
  // What is not compared in figures is not compared in colours.
  const known = delta && baseTreeOf(measurement, delta)
  const base = known && (input.baseTree ?? known)
  const map = mapOf(input.tree ?? sizeTreeOf(measurement), base)
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
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
<body data-compared="${String(base !== undefined)}">
${header(input)}
<main>
<section class="explore" aria-label="Where the bytes are">
<div class="bar"><nav id="path" aria-label="Path"></nav>
<label class="search"><span>Search</span><input id="search" type="search" placeholder="package, folder or file" autocomplete="off" spellcheck="false"></label></div>
<div id="map" role="group" aria-label="Map: the area is the size. Arrow keys move, Enter goes in, Escape goes out."></div>
<div id="contents"><table><thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col" class="number" id="last"></th></tr></thead><tbody></tbody></table></div>
<div class="under">${legend(input, base !== undefined)}<p id="status" class="dim" role="status"></p></div>
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

import { shortDigest } from '../../image/digest.ts'
import { figureRows } from '../figures.ts'
import { headline } from '../headline.ts'
import type { ReportInput } from '../input.ts'
import { driftWords } from '../words.ts'
import { html, sentence } from './escape.ts'
import { trend } from './trend.ts'

/** Which image it is, how it went, the figures, the rules and what the reader should know. */
export function header(input: ReportInput): string {
  const { measurement, baselineText, delta } = input
  const { outcome, verdict, summary } = headline(input)
  const compared = baselineText === undefined ? '' : ` · compared with <b>${html(baselineText, 120)}</b>`
  const drift = delta && driftWords(delta)
  return `<header>
<h1>${html(input.name, 120)}</h1>
<p class="dim">${html(measurement.image.platform, 40)} · <code>${html(shortDigest(measurement.image.digest), 40)}</code>${compared}</p>
<p class="headline">${verdict === '' ? '' : `<b class="outcome ${outcome}">${verdict}</b> `}${summary}</p>
${figures(input)}
${trend(input)}${rules(input)}${drift === undefined ? '' : `<p class="drift">${drift}</p>\n`}${notes(input)}</header>`
}

function figures(input: ReportInput): string {
  const cards = figureRows(input).map(
    ({ figure, before, after, delta, growth, reason, limit, acceptedBy, meaning }) => {
      const kind = delta.startsWith('+') ? 'grown' : delta.startsWith('-') ? 'shrunk' : 'same'
      const alone = input.delta === undefined || figure === 'update download'
      const lines = [
        ...(delta === '' ? [] : [`<b class="${kind}">${delta} ${growth}</b>`]),
        ...(before === '' || delta === '' ? [] : [`<span class="dim">was ${before}</span>`]),
        ...(reason === '' ? [] : [`<span class="dim">not compared: ${sentence(reason)}</span>`]),
        ...(alone && meaning !== '' ? [`<span class="dim">${meaning}</span>`] : []),
        ...(limit === '' ? [] : [`<span class="dim">budget: ${limit}</span>`]),
        ...(acceptedBy === '' ? [] : [`<span>accepted by the label <b>${html(acceptedBy, 60)}</b></span>`]),
      ]
      return `<div><dt>${figure}</dt><dd><span class="figure">${after}</span>${lines.join('')}</dd></div>`
    },
  )
  return `<dl class="figures">${cards.join('')}</dl>`
}

function rules({ verdict }: ReportInput): string {
  if (verdict === undefined || verdict.rules.length === 0) return ''
  const marks = { pass: '✓', warn: '!', fail: '✗', skipped: '–' } as const
  const items = verdict.rules.map(
    ({ rule, outcome, reason }) =>
      `<li class="${outcome}"><b>${marks[outcome]}</b> ${sentence(`${rule.text}: ${reason}`)}</li>`,
  )
  return `<ul class="rules" aria-label="Budget">${items.join('')}</ul>\n`
}

function notes({ notes: all }: ReportInput): string {
  if (all.length === 0) return ''
  const items = all.slice(0, 50).map((note) => `<li>${sentence(note)}</li>`)
  return `<ul class="notes" aria-label="Notes">${items.join('')}</ul>\n`
}

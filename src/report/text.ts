import type { Outcome } from '../budget/verdict.ts'
import type { PackageChange } from '../compare/delta.ts'
import { shortDigest } from '../image/digest.ts'
import type { Part } from '../image/measurement.ts'
import { formatBytes, formatBytesDelta } from '../units/bytes.ts'
import { bar } from './bar.ts'
import { capped, visible } from './escape.ts'
import { figureRows } from './figures.ts'
import { headline } from './headline.ts'
import type { ReportInput } from './input.ts'
import { type Style, styleFor } from './style.ts'
import { sparkline, trendOf } from './trend.ts'
import { displayWidth, fit, left, right, wrap } from './width.ts'
import { why } from './why.ts'

interface Options {
  readonly colour?: boolean
  /** Columns that a line may take; at least 72. */
  readonly columns?: number
  /** Rows of a list before it is cut. */
  readonly rows?: number
}

/** The report for a terminal: plain lines, or with colours, none wider than `columns`; ends with a line end. */
export function renderText(
  input: ReportInput,
  { colour = false, columns: asked = 80, rows = 12 }: Options = {},
): string {
  const columns = Math.max(72, asked)
  const page: Page = { input, style: styleFor(colour), columns, rows }
  const { quiet } = headline(input)
  const sections = quiet
    ? [head(page), notes(page), outputs(page)]
    : [head, rules, figures, trend, parts, changes, packages, waste, layers, notes, outputs].map((section) =>
        section(page),
      )
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

interface Page {
  readonly input: ReportInput
  readonly style: Style
  readonly columns: number
  readonly rows: number
}

function head({ input, style, columns }: Page): readonly string[] {
  const { outcome, verdict, summary } = headline(input)
  const { platform, digest } = input.measurement.image
  const image = visible(`${platform}  ${shortDigest(digest)}`)
  const name = fit(visible(input.name), Math.max(10, columns - displayWidth(image) - 2))
  const mark = verdict === '' ? '' : `${markOf(outcome, style)} `
  const words = verdict === '' ? summary : `${verdict}: ${summary}`
  return [
    `${style.bold(name)}  ${style.dim(fit(image, columns - displayWidth(name) - 2))}`,
    mark + fit(words, columns - 2),
    ...(input.baselineText === undefined
      ? []
      : [style.dim(fit(`compared with ${visible(input.baselineText)}`, columns))]),
  ]
}

function rules({ input, style, columns }: Page): readonly string[] {
  if (!input.verdict || input.verdict.rules.length === 0) return []
  return [
    style.bold('Budget'),
    ...input.verdict.rules.flatMap(({ rule, outcome, reason }) => {
      const [first = '', ...rest] = wrap(shown(`${rule.text}: ${reason}`), columns - 4)
      return [`  ${markOf(outcome, style)} ${first}`, ...rest.map((line) => `    ${line}`)]
    }),
  ]
}

function figures({ input, style, columns }: Page): readonly string[] {
  const rows = figureRows(input.measurement, input.delta)
  const compared = input.delta !== undefined
  const line = (name: string, ...cells: readonly string[]): string =>
    `  ${left(name, 17)}${cells.map((cell) => right(cell, 13)).join('')}`
  return [
    compared
      ? style.bold('Figures') + line('', 'baseline', 'this', 'delta').slice('Figures'.length)
      : style.bold('Figures'),
    ...rows.flatMap(({ figure, before, after, delta, growth, reason }) => [
      compared ? line(figure, before, after, delta, growth).trimEnd() : line(figure, after),
      ...(reason === ''
        ? []
        : wrap(shown(`not compared: ${reason}`), columns - 6).map((each) => style.dim(`    ${each}`))),
    ]),
  ]
}

function trend({ input, style }: Page): readonly string[] {
  const found = trendOf(input)
  if (found === undefined) return []
  const { points, summary } = found
  return [
    `${style.bold(`Download of the last ${points.length} commits`)}  ${style.cyan(sparkline(found))}  ${summary}`,
  ]
}

function parts({ input, style, columns }: Page): readonly string[] {
  const { measurement, delta } = input
  const { filesystem } = measurement.sizes
  const cells = Math.max(10, columns - 50)
  const rows = Object.entries(measurement.parts).flatMap(([part, bytes]) => {
    const change = delta?.parts[part as Part]
    const moved = change?.kind === 'compared' && change.delta !== 0 ? formatBytesDelta(change.delta) : ''
    if (bytes === 0 && moved === '') return []
    const share = filesystem === 0 ? 0 : bytes / filesystem
    const percent = `${(share * 100).toFixed(0)}%`
    return [
      `  ${left(part, 12)} ${style.cyan(bar(share, cells))} ${right(formatBytes(bytes), 9)} ${right(percent, 5)} ${right(moved, 12)}`.trimEnd(),
    ]
  })
  return rows.length === 0 ? [] : [style.bold('Parts of the filesystem'), ...rows]
}

function changes({ input, style, columns, rows }: Page): readonly string[] {
  const { delta } = input
  if (delta === undefined) return []
  const drift = delta.baseDrift
  const driftLine =
    drift === undefined
      ? []
      : [
          ...wrap(
            `The base image itself moved: download ${formatBytesDelta(drift.download)}, ` +
              `filesystem ${formatBytesDelta(drift.filesystem)}; that is no doing of this change.`,
            columns - 2,
          ).map((line) => `  ${line}`),
        ]
  const all = delta.packages
  if (all.length + driftLine.length === 0) return []
  return [
    style.bold('What changed'),
    ...driftLine,
    ...all.slice(0, rows).map((change) => changeLine(change, style, columns)),
    ...more(all.length - rows, style),
  ]
}

function changeLine(change: PackageChange, style: Style, columns: number): string {
  const { kind, before, after, delta } = change
  const mark = { added: style.red('+'), removed: style.green('-'), changed: style.yellow('~') }[kind]
  const versions =
    kind === 'changed' && before?.version !== after?.version
      ? `${before?.version ?? ''} → ${after?.version ?? ''}`
      : ((after ?? before)?.version ?? '')
  const size = delta === undefined ? '' : formatBytesDelta(delta)
  const name = left(visible(`${change.name} ${versions}`), columns - 49)
  return `  ${mark} ${name} ${right(size, 10)}  ${style.dim(fit(visible(why(change)), 32))}`.trimEnd()
}

function packages({ input, style, columns, rows }: Page): readonly string[] {
  const all = [...input.measurement.packages].sort((a, b) => b.bytes - a.bytes)
  if (all.length === 0) return []
  const rest = all.slice(rows).reduce((sum, each) => sum + each.bytes, 0)
  return [
    style.bold(`Largest of ${all.length} packages`),
    ...all.slice(0, rows).map((each) => {
      const name = left(visible(`${each.name} ${each.version}`), columns - 47)
      const size = `${each.estimated === true ? '~' : ''}${formatBytes(each.bytes)}`
      return `  ${name} ${right(size, 10)}  ${style.dim(fit(visible(why(each)), 32))}`.trimEnd()
    }),
    ...more(all.length - rows, style, formatBytes(rest)),
  ]
}

function waste({ input, style, columns, rows }: Page): readonly string[] {
  const { measurement, delta } = input
  const all = [...measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const kinds = new Map(delta?.waste.map(({ path, kind }) => [path, kind]))
  const gone = delta?.waste.filter(({ kind }) => kind === 'removed') ?? []
  if (all.length + gone.length === 0) return []
  const total = all.reduce((sum, each) => sum + each.bytes, 0)
  return [
    style.bold(`Waste, ${formatBytes(total)}`),
    ...all.slice(0, rows).flatMap((each) => {
      const mark = kinds.get(each.path) === 'added' ? style.red('+') : ' '
      return [
        `${mark} ${right(formatBytes(each.bytes), 10)}  ${fit(visible(each.path), columns - 14)}`,
        ...wrap(
          shown(`${each.why}, ${formatBytes(each.download)} of the download: ${each.hint}`),
          columns - 14,
        ).map((line) => style.dim(`${' '.repeat(14)}${line}`)),
      ]
    }),
    ...more(all.length - rows, style),
    ...gone
      .slice(0, rows)
      .map(
        (each) =>
          `${style.green('-')} ${right(formatBytes(each.before ?? 0), 10)}  ${fit(visible(each.path), columns - 20)}  gone`,
      ),
    ...more(gone.length - rows, style),
  ]
}

function layers({ input, style, columns, rows }: Page): readonly string[] {
  const { measurement, delta } = input
  const added = new Set(delta?.layers.added.map((layer) => layer.digest))
  const all = measurement.layers
  if (all.length === 0) return []
  const largest = new Set([...all].sort((a, b) => b.download - a.download).slice(0, rows))
  const shown = all.filter((layer) => largest.has(layer))
  return [
    style.bold('Layers, with the download of each'),
    ...shown.map((layer) => {
      const state = delta === undefined ? '' : added.has(layer.digest) ? 'new ' : 'kept'
      const marked = state === 'new ' ? style.yellow(state) : style.dim(state)
      const text = `${right(formatBytes(layer.download), 9)}  ${left(layer.part, 11)} `
      const indent = state === '' ? '  ' : `  ${marked} `
      const room = columns - displayWidth(text) - (state === '' ? 2 : 7)
      return `${indent}${text}${style.dim(fit(visible(layer.createdBy), room))}`.trimEnd()
    }),
    ...more(all.length - shown.length, style),
  ]
}

function notes({ input, style, columns }: Page): readonly string[] {
  return input.notes.flatMap((note) => {
    const [first = '', ...rest] = wrap(shown(note), columns - 2)
    return [`${style.yellow('!')} ${first}`, ...rest.map((line) => `  ${line}`)]
  })
}

function outputs({ input, style, columns }: Page): readonly string[] {
  const width = Math.min(20, Math.max(0, ...input.outputs.map(({ label }) => displayWidth(visible(label)))))
  // A value is there to be copied, so it is never cut, and what is wider than the terminal breaks by itself.
  return input.outputs.map(({ label, value }) => {
    const line = `${style.dim(left(visible(label), width))}  ${visible(value)}`
    return width + 2 + displayWidth(visible(value)) <= columns
      ? line
      : `${style.dim(visible(label))}\n${visible(value)}`
  })
}

function more(count: number, style: Style, size?: string): readonly string[] {
  return count <= 0 ? [] : [style.dim(`  … and ${count} more${size === undefined ? '' : `, ${size}`}`)]
}

function markOf(outcome: Outcome, style: Style): string {
  switch (outcome) {
    case 'pass':
      return style.green('✓')
    case 'warn':
      return style.yellow('!')
    case 'fail':
      return style.red('✗')
    case 'skipped':
      return style.dim('-')
  }
}

/** A sentence with names in it, of a length that does not bury the rest. */
function shown(text: string): string {
  return capped(visible(text), 1000)
}

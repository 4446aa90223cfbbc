import type { Part } from '../../image/measurement.ts'
import { formatBytes, formatBytesDelta } from '../../units/bytes.ts'
import { formatShare } from '../../units/percent.ts'
import { bar } from '../bar.ts'
import { figureRows } from '../figures.ts'
import { sparkline, trendOf } from '../trend.ts'
import { left, right, wrap } from '../width.ts'
import { type Page, shown } from './page.ts'

/** The table of figures, why some of them are not compared, and what was accepted. */
export function figures({ input, style, columns }: Page): readonly string[] {
  const compared = input.delta !== undefined
  const line = (name: string, ...cells: readonly string[]): string =>
    `  ${left(name, 17)}${cells.map((cell) => right(cell, 13)).join('')}`
  return [
    compared
      ? style.bold('Figures') + line('', 'baseline', 'this', 'delta').slice('Figures'.length)
      : style.bold('Figures'),
    ...figureRows(input).flatMap(({ figure, before, after, delta, growth, reason, acceptedBy, meaning }) => [
      compared
        ? line(figure, before, after, delta, growth).trimEnd()
        : `${line(figure, after)}   ${style.dim(meaning)}`.trimEnd(),
      ...[
        ...(reason === '' ? [] : [`not compared: ${reason}`]),
        ...(acceptedBy === '' ? [] : [`accepted by the label \`${acceptedBy}\``]),
      ].flatMap((text) => wrap(shown(text), columns - 6).map((each) => style.dim(`    ${each}`))),
    ]),
  ]
}

/** How the download went from commit to commit. */
export function trend({ input, style }: Page): readonly string[] {
  const found = trendOf(input)
  if (found === undefined) return []
  const { points, summary } = found
  return [
    `${style.bold(`Download of the last ${points.length} commits`)}  ${style.cyan(sparkline(found))}  ${summary}`,
  ]
}

/** The parts of the filesystem, each with a bar. */
export function parts({ input, style, columns }: Page): readonly string[] {
  const { measurement, delta } = input
  const { filesystem } = measurement.sizes
  const cells = Math.max(10, columns - 50)
  const rows = Object.entries(measurement.parts).flatMap(([part, bytes]) => {
    const change = delta?.parts[part as Part]
    const moved = change?.kind === 'compared' && change.delta !== 0 ? formatBytesDelta(change.delta) : ''
    if (bytes === 0 && moved === '') return []
    const share = filesystem === 0 ? 0 : bytes / filesystem
    return [
      `  ${left(part, 12)} ${style.cyan(bar(share, cells))} ${right(formatBytes(bytes), 9)} ${right(formatShare(share), 5)} ${right(moved, 12)}`.trimEnd(),
    ]
  })
  return rows.length === 0 ? [] : [style.bold('Parts of the filesystem'), ...rows]
}

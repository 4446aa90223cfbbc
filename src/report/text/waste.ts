import { changeOfWaste } from '../../compare/waste.ts'
import { formatBytes, formatBytesDelta } from '../../units/bytes.ts'
import { visible } from '../escape.ts'
import { displayWidth, fitEnd, left, right, wrap } from '../width.ts'
import { more, type Page, shown } from './page.ts'

const indent = ' '.repeat(13)

/** What is wasted and what to do about it; beside a baseline also what is new and what is gone. */
export function waste(page: Page): readonly string[] {
  const { input, style, columns, rows } = page
  const all = [...input.measurement.waste].sort((a, b) => b.bytes - a.bytes)
  const gone = input.delta?.waste.filter(({ kind }) => kind === 'removed') ?? []
  if (all.length + gone.length === 0) return []
  // Each takes several lines.
  const places = Math.ceil(rows / 2)
  const sum = (some: typeof all): number => some.reduce((total, each) => total + each.bytes, 0)
  return [
    style.bold(`Waste, ${formatBytes(sum(all))}`),
    ...all.slice(0, places).flatMap((each) => placeLines(each, page)),
    ...more(all.length - places, style, formatBytes(sum(all.slice(places)))),
    ...gone.slice(0, places).map((each) => {
      const size = right(formatBytes(each.before ?? 0), 9)
      return `${style.green('-')} ${size}  ${fitEnd(visible(each.path), columns - indent.length - 6)}  gone`
    }),
    ...more(gone.length - places, style),
  ]
}

function placeLines(
  each: Page['input']['measurement']['waste'][number],
  { input, style, columns }: Page,
): readonly string[] {
  const change = changeOfWaste(input.delta?.waste ?? [], each)
  const mark = change?.kind === 'added' ? style.red('+') : change === undefined ? ' ' : style.yellow('~')
  const grown = change?.kind === 'changed' && change.delta !== undefined ? formatBytesDelta(change.delta) : ''
  const news = change?.kind === 'added' ? 'new' : grown
  const cost = [news, `${formatBytes(each.download)} of the download`].filter(Boolean).join(', ')
  const room = columns - indent.length
  const place = path(each.path, room - displayWidth(cost) - 2)
  return [
    `${mark} ${right(formatBytes(each.bytes), 9)}  ${place}  ${style.dim(cost)}`,
    ...wrap(said(each.why), room).map((line) => style.dim(`${indent}${line}`)),
    ...wrap(said(each.hint), room - 2).map((line, i) => `${indent}${i === 0 ? '→' : ' '} ${line}`),
  ]
}

/** What tells paths apart is their end. */
function path(text: string, columns: number): string {
  return left(fitEnd(visible(text), columns), columns)
}

function said(text: string): string {
  return shown(text).trim() || '(empty)'
}

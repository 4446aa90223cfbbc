import type { PackageChange } from '../../compare/delta.ts'
import { formatBytesDelta } from '../../units/bytes.ts'
import { visible } from '../escape.ts'
import type { Style } from '../style.ts'
import { fit, left, right, wrap } from '../width.ts'
import { countOf, driftWords, versionsOf } from '../words.ts'
import { why } from '../why.ts'
import { more, type Page } from './page.ts'

/** What changed, package by package, and what the base image's own move did. */
export function changes({ input, style, columns, rows }: Page): readonly string[] {
  const { delta } = input
  if (delta === undefined) return []
  const drift = driftWords(delta)
  const driftLines = drift === undefined ? [] : wrap(drift, columns - 2).map((line) => `  ${line}`)
  const all = delta.packages
  if (all.length + driftLines.length === 0) return []
  return [
    style.bold(`What changed${all.length === 0 ? '' : `: ${countOf(all.length, 'package')}`}`),
    ...driftLines,
    ...all.slice(0, rows).map((change) => {
      const reason = style.dim(fit(visible(why(change)), 32))
      return `${changeLine(change, style, columns - 49)}  ${reason}`.trimEnd()
    }),
    ...more(all.length - rows, style),
  ]
}

/** The same of the operating system's packages, which nothing of the project requires by name. */
export function systemChanges({ input, style, columns, rows }: Page): readonly string[] {
  const all = input.delta?.systemPackages ?? []
  if (all.length === 0) return []
  const few = Math.ceil(rows / 2)
  const sum = all.slice(few).reduce((total, { delta = 0 }) => total + delta, 0)
  return [
    style.bold(`What changed in the system: ${countOf(all.length, 'package')}`),
    ...all.slice(0, few).map((change) => changeLine(change, style, columns - 15).trimEnd()),
    ...more(all.length - few, style, formatBytesDelta(sum)),
  ]
}

function changeLine(change: PackageChange, style: Style, columns: number): string {
  const { kind, delta } = change
  const mark = { added: style.red('+'), removed: style.green('-'), changed: style.yellow('~') }[kind]
  const size = delta === undefined ? '' : formatBytesDelta(delta)
  return `  ${mark} ${left(visible(`${change.name} ${versionsOf(change)}`), columns)} ${right(size, 10)}`
}

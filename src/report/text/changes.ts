import type { PackageChange } from '../../compare/delta.ts'
import { formatBytesDelta } from '../../units/bytes.ts'
import { visible } from '../escape.ts'
import type { Style } from '../style.ts'
import { fit, left, right, wrap } from '../width.ts'
import { why } from '../why.ts'
import { more, type Page } from './page.ts'

/** What changed, package by package, and what the base image's own move did. */
export function changes({ input, style, columns, rows }: Page): readonly string[] {
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

import type { Outcome } from '../../budget/verdict.ts'
import { codeSpan } from '../escape.ts'
import { type Required, shortestChain } from '../why.ts'

/** A name from a stranger in a cell of a table, at most so many characters of it. */
export function cell(text: string, length = 80): string {
  return codeSpan(text, { inTable: true, length })
}

/** A size that stays on one line, beside long text too. */
export function unbroken(size: string): string {
  return size.replaceAll(' ', '\u00a0')
}

/** The mark of an outcome. */
export function markOf(outcome: Outcome): string {
  switch (outcome) {
    case 'pass':
      return '✅'
    case 'warn':
      return '⚠️'
    case 'fail':
      return '❌'
    case 'skipped':
      return '➖'
  }
}

/** The mark of what changed. */
export const changeMarks = { added: '➕', removed: '➖', changed: '🔁' } as const

/** Why a package is there, by its shortest chain, as in `pydantic ← fastapi ← you`. */
export function because(required: Required): string {
  const found = shortestChain(required)
  if (found === undefined) return ''
  const names = found.names.slice(0, 5).map((name) => cell(name, 60))
  const gap = found.names.length > 5 ? ['…'] : []
  const more = found.others === 0 ? '' : ` and ${found.others} more`
  return [...names, ...gap, 'you'].join(' ← ') + more
}

import type { Outcome } from '../../budget/verdict.ts'
import { codeSpan } from '../escape.ts'

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
export function because({
  direct,
  requiredBy,
}: {
  readonly direct: boolean
  readonly requiredBy: readonly (readonly string[])[]
}): string {
  if (direct) return 'you'
  const [shortest, ...others] = [...requiredBy].sort((a, b) => a.length - b.length)
  if (shortest === undefined) return ''
  const names = shortest.slice(0, 5).map((name) => cell(name, 60))
  const gap = shortest.length > 5 ? ['…'] : []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [...names, ...gap, 'you'].join(' ← ') + more
}

import type { Outcome } from '../../budget/verdict.ts'
import { excerpt } from '../escape.ts'
import type { ReportInput } from '../input.ts'
import type { Style } from '../style.ts'

/** What a section of the terminal's report is made for. */
export interface Page {
  readonly input: ReportInput
  readonly style: Style
  /** That no line is wider than. */
  readonly columns: number
  /** Rows of a list before it is cut. */
  readonly rows: number
}

/** Says how many rows of a list are missing; nothing where none is. */
export function more(count: number, style: Style, size?: string): readonly string[] {
  return count <= 0 ? [] : [style.dim(`  … and ${count} more${size === undefined ? '' : `, ${size}`}`)]
}

/** The mark of an outcome. */
export function markOf(outcome: Outcome, style: Style): string {
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
export function shown(text: string): string {
  return excerpt(text, 1000)
}

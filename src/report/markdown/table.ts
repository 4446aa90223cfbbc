import type { Section } from './section.ts'

/** A column's title and where its cells stand. */
export type Column = readonly [title: string, align: 'left' | 'right']

/** A table's head, and its rows; cells are markdown already, and safe for a table. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Pick<Section, 'before' | 'rows'> {
  return {
    before:
      line(columns.map(([title]) => title)) +
      line(columns.map(([, align]) => (align === 'right' ? '--:' : ':--'))),
    rows: rows.map(line),
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

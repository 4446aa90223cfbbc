/** What is wrong with a rule, and where: lines and columns count from 1. */
export interface Problem {
  /** The input that the rule came from, as the user knows it: `fail-on`, `--max-size`. */
  readonly source: string
  readonly line: number
  readonly column: number
  /** Length of the words it is about; at least 1. */
  readonly length: number
  /** The whole line as written. */
  readonly text: string
  readonly message: string
}

/** The problem with its line and a mark under the words it is about. */
export function formatProblem({ source, line, column, length, text, message }: Problem): string {
  // A tab stays a tab, so that the mark stands under the word wherever tabs stop.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [
    `${source}, line ${line}, column ${column}: ${message}`,
    `    ${text}`,
    `    ${indent}${'^'.repeat(length)}`,
  ].join('\n')
}

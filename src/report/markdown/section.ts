/** A part of a markdown report that can lose rows. */
export interface Section {
  /** What its rows are, for `… and 12 more packages`. */
  readonly rowName: string
  readonly before: string
  /** The most important first; each with its line end. */
  readonly rows: readonly string[]
  readonly after: string
  /** Rows that are left out already. */
  readonly missing?: number
  /** Rows of the lowest importance go first. */
  readonly importance: number
}

/** The sections as text of at most so many characters; undefined when not even their frames fit. */
export function joinSections(sections: readonly Section[], maxCharacters: number): string | undefined {
  let kept = [...sections]
  const byImportance = [...sections].sort((a, b) => a.importance - b.importance)
  for (const section of byImportance) {
    const excess = kept.map(renderSection).join('').length - maxCharacters
    if (excess <= 0) break
    const cut = cutRows(section, excess)
    kept = kept.map((each) => (each === section ? cut : each))
  }
  const text = kept.map(renderSection).join('')
  return text.length <= maxCharacters ? text : undefined
}

/** Without rows enough to be so much shorter, or without any. */
function cutRows(section: Section, excess: number): Section {
  // The line that says how many are missing takes room itself.
  let left = excess + moreLine(section.rowName, section.rows.length + (section.missing ?? 0)).length
  let count = section.rows.length
  while (left > 0 && count > 0) {
    count -= 1
    left -= section.rows[count]?.length ?? 0
  }
  return {
    ...section,
    rows: section.rows.slice(0, count),
    missing: (section.missing ?? 0) + section.rows.length - count,
  }
}

function renderSection({ before, rows, after, missing = 0, rowName }: Section): string {
  if (rows.length === 0 && missing > 0) return `${missing} ${rowName} left out\n\n`
  return `${before}${rows.join('')}${missing > 0 ? moreLine(rowName, missing) : ''}${after}`
}

function moreLine(rowName: string, missing: number): string {
  return `\n… and ${missing} more ${rowName}\n\n`
}

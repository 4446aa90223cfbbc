/** An instruction of a Dockerfile; `line` counts from 1. */
export interface Instruction {
  /** In upper case. */
  readonly keyword: string
  /** What follows on its line and those that continue it, as one line. */
  readonly rest: string
  readonly line: number
}

/**
 * The instructions of a Dockerfile in its order (Dockerfile reference, "Format"): lines that go on are joined, comments
 * and bodies of here-documents left out. Any text has some; what a builder refuses is not told.
 */
export function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const goesOn = escapeOf(lines) === '`' ? /`[ \t]*$/ : /\\[ \t]*$/
  const found: Instruction[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const start = at
    if (isComment(lines[at]) || lines[at]?.trim() === '') continue
    let joined = lines[at] ?? ''
    while (goesOn.test(joined) && at + 1 < lines.length) {
      at += 1
      // Comments and empty lines may stand between the parts of one.
      const next = isComment(lines[at]) || lines[at]?.trim() === '' ? undefined : lines[at]
      if (next !== undefined) joined = joined.replace(goesOn, '') + next
    }
    const [, keyword = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(joined.replace(goesOn, '')) ?? []
    found.push({ keyword: keyword.toUpperCase(), rest: rest.trim(), line: start + 1 })
    at = endOfDocuments(lines, at, keyword, rest)
  }
  return found
}

/** A directive counts above everything else, a comment that is none included. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || !/^(?:syntax|escape|check)$/i.test(name)) break
    if (name.toLowerCase() === 'escape') return value ?? ''
  }
  return '\\'
}

function isComment(line: string | undefined): boolean {
  return /^\s*#/.test(line ?? '')
}

/** The last line of the here-documents that an instruction begins; one without an end is none. */
function endOfDocuments(lines: readonly string[], at: number, keyword: string, rest: string): number {
  if (!/^(?:RUN|COPY|ADD|ONBUILD)$/i.test(keyword) || !rest.includes('<<')) return at
  // Not what stands in quotes, but for a name in them: `<<"EOF"`.
  const bare = rest.replace(/(?<!<<-?)(["'])(?:(?!\1).)*\1/g, '')
  let end = at
  for (const [, tabs, , name] of bare.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([^\s"'<]+)\2/g)) {
    const isLast = (line: string): boolean => (tabs === '-' ? line.replace(/^\t+/, '') : line) === name
    const last = lines.findIndex((line, i) => i > end && isLast(line))
    if (last >= 0) end = last
  }
  return end
}

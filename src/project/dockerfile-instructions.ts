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
  const endOf = endsOfDocuments(lines)
  const found: Instruction[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const first = lines[at] ?? ''
    if (isNothing(first)) continue
    const line = at + 1
    const parts = [first.replace(goesOn, '')]
    for (let more = goesOn.test(first); more && at + 1 < lines.length;) {
      at += 1
      const next = lines[at] ?? ''
      if (isNothing(next)) continue
      parts.push(next.replace(goesOn, ''))
      more = goesOn.test(next)
    }
    const [, keyword = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(parts.join('')) ?? []
    found.push({ keyword: keyword.toUpperCase(), rest: rest.trim(), line })
    if (/^(?:RUN|COPY|ADD|ONBUILD)$/i.test(keyword) && rest.includes('<<')) at = endOf(rest, at)
  }
  return found
}

/** A directive counts above everything else, a comment that is none included. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*(\w+)\s*=(.*)$/.exec(line) ?? []
    if (name === undefined || !/^(?:syntax|escape|check)$/i.test(name)) break
    if (name.toLowerCase() === 'escape') return value?.trim() ?? ''
  }
  return '\\'
}

/** Comments and empty lines may stand between the parts of an instruction too. */
function isNothing(line: string): boolean {
  return /^\s*(?:#|$)/.test(line)
}

/** Gives the last line of the here-documents that an instruction begins; one without an end is none. */
function endsOfDocuments(lines: readonly string[]): (rest: string, at: number) => number {
  const withoutTabs = (line: string): string => line.replace(/^\t+/, '')
  // Where a text stands for the last time: what does not come any more is not looked for again and again.
  const last = new Map(lines.map((line, i) => [line, i]))
  const lastWithoutTabs = new Map(lines.map((line, i) => [withoutTabs(line), i]))
  return (rest, at) => {
    // Not what stands in quotes, but for a name in them: `<<"EOF"`.
    const bare = rest.replace(/(?<!<<-?)(["'])(?:(?!\1).)*\1/g, '')
    let end = at
    for (const [, tabs, , name = ''] of bare.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([^\s"'<]+)\2/g)) {
      const known = tabs === '-' ? lastWithoutTabs : last
      if ((known.get(name) ?? -1) <= end) continue
      do end += 1
      while ((tabs === '-' ? withoutTabs(lines[end] ?? '') : lines[end]) !== name)
    }
    return end
  }
}

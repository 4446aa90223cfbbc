/** A line as pip sees it: continued lines joined, comments gone, variables replaced. */
export interface LogicalLine {
  readonly text: string
  /** `file:line` of its first line. */
  readonly place: string
}

/** Lines that say something; a backslash at the end continues one, a `#` at its start or after a space ends it. */
export function logicalLines(
  text: string,
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): readonly LogicalLine[] {
  const found: LogicalLine[] = []
  let open: string[] = []
  let first = 0
  const close = (): void => {
    const joined = open
      .join('')
      .replace(/(^|\s)#.*$/s, '')
      .trim()
    if (joined !== '') found.push({ text: expand(joined, variables), place: `${file}:${first}` })
    open = []
  }
  for (const [i, raw] of text.split(/\r\n|\r|\n/).entries()) {
    if (open.length === 0) first = i + 1
    const comment = /^\s*#/.test(raw)
    if (raw.endsWith('\\') && !comment) {
      open.push(raw.slice(0, -1))
      continue
    }
    // A comment among continued lines ends them; the space keeps it from growing onto the last word.
    open.push(comment ? ` ${raw}` : raw)
    close()
  }
  close()
  return found
}

/** `${NAME}` in capitals only, as pip has it; a variable without a value stays as it is written. */
function expand(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{([A-Z0-9_]+)\}/g, (written, name: string) =>
    variables[name] === undefined || variables[name] === '' ? written : variables[name],
  )
}

/**
 * Text of a requirements file: by its byte order mark (UTF-8, UTF-16), by a `coding:` comment in its first two
 * lines, as UTF-8, and as Latin-1 when it is not that.
 */
export function decodeRequirements(bytes: Uint8Array): string {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 400)).split('\n').slice(0, 2)
  const declared = head
    .map((line) => /^\s*#.*?coding[:=]\s*([-\w.]+)/.exec(line)?.[1])
    .find((name) => name !== undefined)
  for (const encoding of [declared ?? 'utf-8', 'utf-8']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch {
      // Not that encoding, or one that is not known.
    }
  }
  return new TextDecoder('latin1').decode(bytes)
}

/** One row of a RECORD file: a path relative to the folder of the `.dist-info`, or absolute. */
export interface RecordRow {
  readonly path: string
  /** `sha256=` and urlsafe base64; empty for files made after the install. */
  readonly hash: string
  readonly size: number | undefined
}

/** Rows that are read of one RECORD: more than ten times those of the largest distributions. */
const rowLimit = 200_000

/**
 * Rows of a RECORD (Python packaging specification "Recording installed projects": CSV of path, hash, size). Rows
 * without a path are left out; what is no number is no size. Never throws: a RECORD is only a claim.
 */
export function parseRecord(text: string): readonly RecordRow[] {
  return [...recordRows(text)]
}

/** The same, one row after another. */
export function* recordRows(text: string): Generator<RecordRow> {
  let count = 0
  for (const [path = '', hash = '', size = ''] of text.includes('"') ? quotedRows(text) : plainRows(text)) {
    if (path === '') continue
    if (count === rowLimit) return
    count += 1
    yield { path, hash, size: /^\d{1,15}$/.test(size) ? Number(size) : undefined }
  }
}

/** The text of a RECORD, rows in the order given. */
export function renderRecord(rows: readonly RecordRow[]): string {
  return rows.map(({ path, hash, size }) => `${quoted(path)},${quoted(hash)},${size ?? ''}\n`).join('')
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** Rows of CSV in which nothing is quoted, as nearly all are. */
function* plainRows(text: string): Generator<readonly string[]> {
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    yield text.slice(at, text[end - 1] === '\r' ? end - 1 : end).split(',')
    at = end + 1
  }
}

/** Rows as Python's csv module reads them: quotes around a field, doubled inside it. Linear in the text. */
function* quotedRows(text: string): Generator<readonly string[]> {
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at)
    row.push(field.value)
    at = field.end
    if (text[at] === ',') {
      at += 1
      // A comma before the end of a line starts one more field, which is empty.
      if (at === text.length || /[\r\n]/.test(text[at] ?? '')) row.push('')
    }
    const atEndOfLine = at
    while (text[at] === '\r' || text[at] === '\n') at += 1
    if (at === atEndOfLine) continue
    yield row
    row = []
  }
  yield row
}

interface Field {
  readonly value: string
  readonly end: number
}

function quotedField(text: string, start: number): Field {
  let value = ''
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return { value: value + text.slice(at), end: text.length }
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') {
      // What follows a closing quote belongs to the field too.
      const rest = plainField(text, quote + 1)
      return { value: value + rest.value, end: rest.end }
    }
    value += '"'
    at = quote + 2
  }
}

function plainField(text: string, start: number): Field {
  let end = start
  while (end < text.length && !',\r\n'.includes(text[end] ?? '')) end += 1
  return { value: text.slice(start, end), end }
}

/** One row of a RECORD: a path relative to the folder that holds the `.dist-info`, its hash and its bytes. */
export interface RecordRow {
  readonly path: string
  /** As written, `sha256=` and urlsafe base64 without padding; empty for RECORD itself and compiled files. */
  readonly hash: string
  readonly size: number | undefined
}

/**
 * Rows of a RECORD (packaging specification "Recording installed projects": CSV with `,`, quoted with `"`). Rows
 * without a path are left out; paths are as written, so they may lead anywhere.
 */
export function parseRecord(text: string): RecordRow[] {
  const rows: RecordRow[] = []
  for (const [path = '', hash = '', size = ''] of csvRows(text)) {
    if (path === '') continue
    rows.push({ path, hash, size: /^\d{1,15}$/.test(size) ? Number(size) : undefined })
  }
  return rows
}

/** Rows as the text of a RECORD, in the given order. */
export function renderRecord(rows: readonly RecordRow[]): string {
  return rows.map(({ path, hash, size }) => `${quoted(path)},${hash},${size ?? ''}\n`).join('')
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** RFC 4180 rows; most lines have no quotes and are split at once. */
function* csvRows(text: string): Generator<string[]> {
  let at = 0
  while (at < text.length) {
    const lineEnd = text.indexOf('\n', at)
    const end = lineEnd < 0 ? text.length : lineEnd
    const line = text.slice(at, end)
    if (!line.includes('"')) {
      yield line.replace(/\r$/, '').split(',')
      at = end + 1
      continue
    }
    const fields: string[] = []
    let field = ''
    let inQuotes = false
    for (; at < text.length; at += 1) {
      const c = text.charAt(at)
      if (inQuotes) {
        if (c !== '"') field += c
        else if (text[at + 1] === '"') {
          field += '"'
          at += 1
        } else inQuotes = false
      } else if (c === '"') inQuotes = true
      else if (c === ',') {
        fields.push(field)
        field = ''
      } else if (c === '\n') break
      else field += c
    }
    at += 1
    yield [...fields, field.replace(/\r$/, '')]
  }
}

/** A column's title, and whether it holds numbers. */
export type Column = readonly [title: string, kind?: 'number']

export interface Table {
  readonly title: string
  /** Of the element, for the script and the style. */
  readonly id: string
  readonly columns: readonly Column[]
  /** HTML of the cells, the most important row first. */
  readonly rows: readonly (readonly string[])[]
  /** Bytes of HTML that the rows may take; the rest is only counted. */
  readonly maxBytes: number
  readonly open?: boolean
}

/** A table behind a fold; nothing where it has no row. */
export function render({ title, id, columns, rows, maxBytes, open = false }: Table): string {
  if (rows.length === 0) return ''
  const attribute = (i: number): string => (columns[i]?.[1] === 'number' ? ' class="number"' : '')
  const head = columns.map(([name], i) => `<th scope="col"${attribute(i)}>${name}</th>`).join('')
  const shown: string[] = []
  let bytes = 0
  for (const cells of rows) {
    const row = `<tr>${cells.map((cell, i) => `<td${attribute(i)}>${cell}</td>`).join('')}</tr>\n`
    bytes += Buffer.byteLength(row)
    if (bytes > maxBytes) break
    shown.push(row)
  }
  const missing = rows.length - shown.length
  const more = missing === 0 ? '' : `<p class="dim">… and ${missing} more</p>`
  return `<details id="${id}"${open ? ' open' : ''}><summary><h2>${title}</h2></summary>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>
${shown.join('')}</tbody></table></div>${more}</details>`
}

// East Asian Wide and Fullwidth (Unicode's EastAsianWidth.txt), in blocks; emoji are asked for by property.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

/** Columns that text takes on a terminal; without control characters and styles. */
export function displayWidth(text: string): number {
  let width = 0
  for (const point of text) width += pointWidth(point)
  return width
}

/** As much of the text as fits into so many columns, with `…` where some is missing. */
export function fit(text: string, columns: number): string {
  // Marks that take no column could go on for ever.
  if (text.length <= 4 * columns && !isWider(text, columns)) return text
  let fitted = ''
  let width = 0
  for (const point of text) {
    width += pointWidth(point)
    if (width > columns - 1 || fitted.length >= 4 * columns) break
    fitted += point
  }
  return columns < 1 ? '' : `${fitted}…`
}

/** As much of the end of the text as fits into so many columns, with `…` where its beginning is missing. */
export function fitEnd(text: string, columns: number): string {
  if (!isWider(text, columns)) return text
  const points = Array.from(text.slice(-4 * columns))
  let from = points.length
  let width = 1
  while (from > 0 && (width += pointWidth(points[from - 1] ?? '')) <= columns) from -= 1
  return columns < 1 ? '' : `…${points.slice(from).join('')}`
}

/** Cut or filled up to exactly so many columns, flush left. */
export function left(text: string, columns: number): string {
  const fitted = fit(text, columns)
  return fitted + ' '.repeat(columns - displayWidth(fitted))
}

/** Cut or filled up to exactly so many columns, flush right. */
export function right(text: string, columns: number): string {
  const fitted = fit(text, columns)
  return ' '.repeat(columns - displayWidth(fitted)) + fitted
}

/** Lines of at most so many columns, broken between words; a longer word is broken where it must be. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ')) {
    while (isWider(word, columns)) {
      if (line !== '') lines.push(line)
      line = ''
      const head = takeColumns(word, columns)
      lines.push(head)
      word = word.slice(head.length)
    }
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, line]
}

function takeColumns(text: string, columns: number): string {
  let taken = ''
  let width = 0
  for (const point of text) {
    width += pointWidth(point)
    if (width > columns && taken !== '') break
    taken += point
  }
  return taken
}

function pointWidth(point: string): number {
  if (/\p{M}/u.test(point)) return 0
  return wide.test(point) ? 2 : 1
}

/** Whether text takes more than so many columns; asks no further than it must. */
function isWider(text: string, columns: number): boolean {
  let width = 0
  for (const point of text) {
    width += pointWidth(point)
    if (width > columns) return true
  }
  return false
}

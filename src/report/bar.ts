const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of exactly so many columns, filled by a share from 0 to 1 to the eighth of a column. */
export function bar(share: number, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * columns * 8)
  // What is there is seen, however small.
  const parts = share > 0 ? Math.max(1, filled) : 0
  const text = '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '')
  return text + ' '.repeat(columns - text.length)
}

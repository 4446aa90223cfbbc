import { formatBytesDelta } from '../../units/bytes.ts'

/** A difference in bytes with the colour of its direction; nothing where there is none. */
export function moved(delta: number | undefined): string {
  if (delta === undefined || delta === 0) return ''
  return `<b class="${delta > 0 ? 'grown' : 'shrunk'}">${formatBytesDelta(delta)}</b>`
}

/** A word about a row, as `new`. */
export function tag(word: 'new' | 'removed' | 'kept' | 'gone'): string {
  return `<span class="tag">${word}</span>`
}

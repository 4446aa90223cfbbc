const kinds = ['word', 'number', 'operator', 'percent', 'other'] as const

export interface Word {
  readonly kind: (typeof kinds)[number]
  readonly text: string
  /** From 1, in UTF-16 code units. */
  readonly column: number
}

const pattern =
  /(?<number>\d[\d.,_]*)|(?<word>\p{L}[\p{L}_-]*)|(?<operator>[<>=!≥≤]+)|(?<percent>%)|(?<other>\S)/gu

/** The words of one line; what follows a `#` is a comment. */
export function splitWords(line: string): readonly Word[] {
  const words: Word[] = []
  for (const { groups, index } of line.replace(/#.*$/, '').matchAll(pattern)) {
    const found = kinds.find((kind) => groups?.[kind] !== undefined)
    if (found) words.push({ kind: found, text: groups?.[found] ?? '', column: index + 1 })
  }
  return words
}

/** The word as it is named in a message. */
export function quote(word: Word): string {
  return JSON.stringify(word.text)
}

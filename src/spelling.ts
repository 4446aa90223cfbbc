/**
 * The word that was most likely meant, or undefined when none is near: at most a third of its letters differ (two
 * neighbours swapped count once). Case does not matter.
 */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  // A pasted page is no misspelling, and the distance costs the product of both lengths.
  if (word.length > 60) return undefined
  let nearest: string | undefined
  let least = Infinity
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least && distance <= Math.floor(Math.max(candidate.length, word.length) / 3)) {
      nearest = candidate
      least = distance
    }
  }
  return nearest
}

/** Optimal string alignment: letters inserted, deleted, replaced, or swapped with a neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

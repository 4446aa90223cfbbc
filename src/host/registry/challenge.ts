/** What a registry wants to be told, from `WWW-Authenticate` (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>
}

const maxLength = 16 * 1024

/** The challenges of a header, in its order; what cannot be read is left out. */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  // A scheme is a word that no `=` follows; a parameter belongs to the scheme before it.
  const token =
    /([!#$%&'*+.^`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|(?=\s+[^\s=,]|\s*(?:,|$)))|[\s,]+|./gy
  for (const [, word, quoted, bare] of (header ?? '').slice(0, maxLength).matchAll(token)) {
    if (word === undefined) continue
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: {} })
    else {
      const current = challenges.at(-1)
      if (current && !Object.hasOwn(current.parameters, word.toLowerCase())) {
        Object.defineProperty(current.parameters, word.toLowerCase(), { value, enumerable: true })
      }
    }
  }
  return challenges
}

const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

// Controls, invisible formatting (bidi overrides, zero-width characters, tags), line separators and lone surrogates;
// the one invisible that stays is the selector that makes an emoji an emoji.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\u{fe0f})\p{Default_Ignorable_Code_Point}/gu

/**
 * Text from a stranger on one line, with everything that acts on a terminal or hides from the eye made visible
 * (`\n`, `\x1b`, `\u{202e}`). Characters that only look odd stay.
 */
export function visible(text: string): string {
  return text.replace(unseen, (c) => {
    const code = c.codePointAt(0) ?? 0
    return named.get(c) ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`)
  })
}

/** At most `length` code points, with `…` where some are missing. */
export function capped(text: string, length: number): string {
  // A code point is at most two units, so what is cut off here would be cut off below as well.
  const points = Array.from(text.slice(0, 2 * length + 2))
  return points.length <= length ? text : `${points.slice(0, length - 1).join('')}…`
}

/** Visible text of at most `length` code points; what is longer is not even looked at. */
export function excerpt(text: string, length: number): string {
  // What is made visible is never shorter than it was.
  return capped(visible(capped(text, length + 1)), length)
}

/**
 * Text from a stranger as a markdown code span: no link, mention, HTML or emphasis can come of it. `inTable` keeps
 * the bars of a table whole. Never empty, and never more than `length` characters of the text.
 */
export function codeSpan(
  text: string,
  { inTable = false, length = 200 }: { readonly inTable?: boolean; readonly length?: number } = {},
): string {
  let content = excerpt(text, length)
  if (content.trim() === '') return '(empty)'
  // A backslash before the bar would escape the backslash that escapes the bar, and the cell would end.
  if (inTable) content = content.replace(/\\\|/g, '\\\\x7c').replace(/\|/g, '\\|')
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = /^`|`$|^ .* $/.test(content) ? ' ' : ''
  return `${fence}${pad}${content}${pad}${fence}`
}

/**
 * A sentence that may hold names from a stranger, as markdown: plain words stay; what stands between backticks and
 * every word that markdown or GitHub would make something of become code.
 */
export function prose(
  text: string,
  { inTable = false, length = 500 }: { readonly inTable?: boolean; readonly length?: number } = {},
): string {
  const span = (part: string): string => codeSpan(part, { inTable, length })
  const parts = excerpt(text.replace(/^ +/, ''), length)
    .trim()
    .split(/`([^`]+)`/)
    .flatMap((part, i) =>
      i % 2 === 1 ? [span(part)] : part.split(/(\s+)/).map((word) => plainWord(word, span)),
    )
  // A number with a point starts a list.
  if (/^\d+[.)]$/.test(parts[0] ?? '')) parts[0] = span(parts[0] ?? '')
  // Two spans side by side would be one fence.
  return parts.reduce(
    (all, part) => (all.endsWith('`') && part.startsWith('`') ? `${all} ${part}` : all + part),
    '',
  )
}

// Letters and numbers joined by single marks, in the punctuation of a sentence.
const plain = /^["'(]*(?:[+±-](?=\d))?[\p{L}\p{N}]+(?:[-.,'’/][\p{L}\p{N}]+)*%?["')]*[.,:;?!]?["')]*$/u
// What GitHub links by itself: a site, an issue, a commit.
const alive = /www\.|gh-\d|(?:^|\W)[\da-f]{7,40}(?:\W|$)/i

function plainWord(word: string, span: (text: string) => string): string {
  if (word.trim() === '' || /^[–—]$/.test(word)) return word
  if (word === '-') return '–'
  // What a sentence has around code.
  if (/^(?:\(|\)?[.,:;?!]?)$/.test(word)) return word
  if (plain.test(word) && !alive.test(word)) return word
  const [, before = '', core = word, after = ''] = /^(["'(]?)(.+?)([.,:;?!]?["')]?)$/su.exec(word) ?? []
  return `${before}${span(core)}${after}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

import { codeSpan } from './escape.ts'
import { headline } from './headline.ts'
import type { ReportInput } from './input.ts'
import { markOf } from './markdown/cell.ts'
import { joinSections, type Section } from './markdown/section.ts'
import { sections } from './markdown/sections.ts'

/** A comment's body on GitHub may have 65,536 characters; some stay free for a marker. */
const commentCharacters = 65_000

/**
 * The report as GitHub renders markdown, of at most `maxCharacters` (UTF-16 code units): the least important rows are
 * left out, and the report says how many. One line when nothing changed.
 */
export function renderMarkdown(
  input: ReportInput,
  { maxCharacters = commentCharacters }: { readonly maxCharacters?: number } = {},
): string {
  const { outcome, verdict, summary, quiet } = headline(input)
  const words = verdict === '' ? `: ${summary}` : ` is ${verdict}: ${summary}`
  const mark = verdict === '' && !quiet ? '' : `${quiet ? '✅' : markOf(outcome)} `
  const name = codeSpan(input.name, { length: 100 })
  const against = input.baselineText === undefined ? '' : codeSpan(input.baselineText, { length: 120 })
  if (quiet) {
    const line = `✅ ${name}: ${summary}${against === '' ? '' : ` (compared with ${against})`}\n`
    return line.length <= maxCharacters ? line : `✅ ${summary}\n`.slice(0, maxCharacters)
  }
  const platform = codeSpan(input.measurement.image.platform, { length: 40 })
  const compared = against === '' ? '' : `, compared with ${against}`
  const title: Section = {
    rowName: '',
    before: `### ${mark}${name}${words}\n\nFor ${platform}${compared}\n\n`,
    rows: [],
    after: '',
    importance: Infinity,
  }
  return (
    joinSections([title, ...sections(input)], maxCharacters)
      ?.trimEnd()
      .concat('\n') ??
    joinSections([title], maxCharacters) ??
    // Nothing of a stranger is in this line, so it may be cut anywhere.
    `### ${mark}${summary}\n`.slice(0, Math.max(0, maxCharacters))
  )
}

import { shortDigest } from '../../image/digest.ts'
import { visible } from '../escape.ts'
import { headline } from '../headline.ts'
import { displayWidth, fit, left, wrap } from '../width.ts'
import { markOf, type Page, shown } from './page.ts'

/** Which image it is, and how it went. */
export function head({ input, style, columns }: Page): readonly string[] {
  const { outcome, verdict, summary } = headline(input)
  const { platform, digest } = input.measurement.image
  const image = visible(`${platform}  ${shortDigest(digest)}`)
  const name = fit(visible(input.name), Math.max(10, columns - displayWidth(image) - 2))
  const mark = verdict === '' ? '' : `${markOf(outcome, style)} `
  const words = verdict === '' ? summary : `${verdict}: ${summary}`
  return [
    `${style.bold(name)}  ${style.dim(fit(image, columns - displayWidth(name) - 2))}`,
    mark + fit(words, columns - 2),
    ...(input.baselineText === undefined
      ? []
      : [style.dim(fit(`compared with ${visible(input.baselineText)}`, columns))]),
  ]
}

/** The rules of the budget, each with its numbers. */
export function rules({ input, style, columns }: Page): readonly string[] {
  if (!input.verdict || input.verdict.rules.length === 0) return []
  return [
    style.bold('Budget'),
    ...input.verdict.rules.flatMap(({ rule, outcome, reason }) => {
      const [first = '', ...rest] = wrap(shown(`${rule.text}: ${reason}`), columns - 4)
      return [`  ${markOf(outcome, style)} ${first}`, ...rest.map((line) => `    ${line}`)]
    }),
  ]
}

/** What the reader should know. */
export function notes({ input, style, columns }: Page): readonly string[] {
  return input.notes.flatMap((note) => {
    const [first = '', ...rest] = wrap(shown(note), columns - 2)
    return [`${style.yellow('!')} ${first}`, ...rest.map((line) => `  ${line}`)]
  })
}

/** Where things lie. */
export function outputs({ input, style, columns }: Page): readonly string[] {
  const width = Math.min(20, Math.max(0, ...input.outputs.map(({ label }) => displayWidth(visible(label)))))
  // A value is there to be copied, so it is never cut, and what is wider than the terminal breaks by itself.
  return input.outputs.map(({ label, value }) => {
    const line = `${style.dim(left(visible(label), width))}  ${visible(value)}`
    return width + 2 + displayWidth(visible(value)) <= columns
      ? line
      : `${style.dim(visible(label))}\n${visible(value)}`
  })
}

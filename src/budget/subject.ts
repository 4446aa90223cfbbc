import { nearestWord } from '../spelling.ts'
import { figures } from './figures.ts'
import type { Figure } from './rule.ts'
import type { Word } from './words.ts'

/** What a limit is about. */
export interface Subject {
  /** Undefined when nothing near enough is known; the problem has been told. */
  readonly figure: Figure | undefined
  readonly kind: 'above' | 'grows'
}

/** Takes a problem with the first and last word it is about; without words it is about the end of the line. */
export type Report = (from: Word | undefined, to: Word | undefined, message: string) => void

/**
 * The words before a limit: `download`, `download grows by`, or nothing for the subject of the comparison before.
 * Undefined when there is no subject at all.
 */
export function parseSubject(
  phrase: readonly Word[],
  previous: Subject | undefined,
  next: Word | undefined,
  fault: Report,
): Subject | undefined {
  if (phrase.length === 0) {
    if (previous === undefined) fault(next, next, `a rule starts with a figure: ${figures.join(', ')}`)
    return previous
  }
  const texts = phrase.map((word) => word.text.toLowerCase())
  const known = [2, 1].find((n) => figures.some((figure) => figure === texts.slice(0, n).join(' ')))
  const start =
    known ?? texts.findIndex((text) => text === 'by' || nearestWord(text, ['grows']) !== undefined)
  const named = start === -1 ? phrase : phrase.slice(0, start)
  const verb = start === -1 ? [] : phrase.slice(start)
  const figure = named.length === 0 && previous ? previous.figure : parseFigure(named, phrase, fault)
  if (verb.length === 0) return { figure, kind: 'above' }
  const written = verb.map((word) => word.text).join(' ')
  if (written.toLowerCase() !== 'grows by') {
    const near = nearestWord(written, ['grows by', 'grows']) !== undefined
    const advice = near ? 'did you mean "grows by"?' : 'after the figure comes ">" or "grows by"'
    fault(verb[0], verb.at(-1), `"${written}" is not known here: ${advice}`)
  } else if (figure === 'update download') {
    fault(
      verb[0],
      verb.at(-1),
      '"update download" is what a change costs already: compare it with a size, as in update download > 20 MB',
    )
  }
  return { figure, kind: 'grows' }
}

/** The figure that is named, or the one that was probably meant, so that its limit can be checked as well. */
function parseFigure(named: readonly Word[], phrase: readonly Word[], fault: Report): Figure | undefined {
  const name = named.map((word) => word.text).join(' ')
  const exact = figures.find((figure) => figure === name.toLowerCase())
  if (exact !== undefined) return exact
  const meant = nearestWord(name, figures) as Figure | undefined
  const advice = meant === undefined ? `the figures are ${figures.join(', ')}` : `did you mean "${meant}"?`
  if (name === '') fault(phrase[0], phrase[0], `a rule starts with a figure: ${figures.join(', ')}`)
  else fault(named[0], named.at(-1), `"${name}" is not a figure: ${advice}`)
  return meant
}

import { nearestWord } from '../spelling.ts'
import { parseAmount } from './amount.ts'
import type { Problem } from './problem.ts'
import type { Condition, Rule } from './rule.ts'
import { parseSubject, type Subject } from './subject.ts'
import { quote, splitWords, type Word } from './words.ts'

export interface ParsedRules {
  readonly rules: readonly Rule[]
  readonly problems: readonly Problem[]
}

/**
 * Rules from text, one a line: `download > 250 MB`, `download grows by > 5% and > 2 MB`. `and` binds tighter than
 * `or`; a comparison that starts with `>` is about the figure before it. Empty lines and comments (`#`) are nothing.
 * Every problem of every line is reported; a line with a problem gives no rule.
 */
export function parseRules(text: string, source: string): ParsedRules {
  const rules: Rule[] = []
  const problems: Problem[] = []
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const words = splitWords(line)
    if (words.length === 0) continue
    const parsed = parseLine(line, words)
    if (parsed.condition && parsed.faults.length === 0) {
      rules.push({ text: line.replace(/#.*$/, '').trim(), condition: parsed.condition })
    }
    problems.push(...parsed.faults.map((fault) => ({ source, line: index + 1, text: line, ...fault })))
  }
  return { rules, problems }
}

type Fault = Pick<Problem, 'column' | 'length' | 'message'>

function parseLine(
  line: string,
  words: readonly Word[],
): { readonly condition: Condition | undefined; readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  let at = 0
  let previous: Subject | undefined
  const fault = (from: Word | undefined, to: Word | undefined, message: string): void => {
    const column = from?.column ?? line.replace(/#.*$/, '').trimEnd().length + 1
    const end = to === undefined ? column + 1 : to.column + to.text.length
    faults.push({ column, length: Math.max(1, end - column), message })
  }
  const isWord = (word: Word | undefined, ...texts: readonly string[]): boolean =>
    word?.kind === 'word' && texts.includes(word.text.toLowerCase())
  const isJoin = (word: Word | undefined): boolean => isWord(word, 'and', 'or')

  const comparison = (): Condition | undefined => {
    const phrase: Word[] = []
    for (let word = words[at]; word?.kind === 'word' && !isJoin(word); word = words[++at]) phrase.push(word)
    const subject = parseSubject(phrase, previous, words[at], fault)
    if (subject === undefined) {
      skipToJoin()
      return undefined
    }
    previous = subject
    readOperator(subject)
    const first = at
    if (words[first]?.kind !== 'number') skipToJoin()
    while (words[at]?.kind === 'number') {
      at += 1
      if (words[at]?.kind === 'percent' || (words[at]?.kind === 'word' && !isJoin(words[at]))) at += 1
    }
    const amount = words[first]?.kind === 'number' ? words.slice(first, at) : []
    return parseAmount(line, amount, words[first], subject, fault)
  }

  const skipToJoin = (): void => {
    while (words[at] !== undefined && !isJoin(words[at])) at += 1
  }

  const readOperator = ({ kind }: Subject): void => {
    const word = words[at]
    if (word?.kind === 'operator') {
      at += 1
      if (word.text === '>') return
      const less = /[<≤]/.test(word.text)
      fault(
        word,
        word,
        less ? 'a rule says what is too much: write ">"' : `${quote(word)} is not known here: write ">"`,
      )
    } else if (kind === 'above' && word?.kind === 'number') {
      fault(word, word, 'expected ">" before the limit')
    }
  }

  const any: Condition[] = []
  let all: Condition[] = []
  for (;;) {
    const condition = comparison()
    if (condition) all.push(condition)
    const stray = words[at]
    if (stray !== undefined && !isJoin(stray)) {
      const meant = nearestWord(stray.text, ['and', 'or'])
      fault(
        stray,
        stray,
        meant === undefined
          ? `did not expect ${quote(stray)}: a line holds one rule; join two conditions with "and" or "or"`
          : `did not expect ${quote(stray)}: did you mean "${meant}"?`,
      )
      skipToJoin()
    }
    const join = words[at]
    if (join === undefined || isWord(join, 'or')) {
      any.push(...group('all', all))
      all = []
    }
    if (join === undefined) return { condition: group('any', any)[0], faults }
    at += 1
    if (words[at] === undefined) {
      fault(join, join, `a condition is missing after ${quote(join)}`)
      return { condition: undefined, faults }
    }
  }
}

function group(kind: 'all' | 'any', of: readonly Condition[]): readonly Condition[] {
  return of.length > 1 ? [{ kind, of }] : of
}

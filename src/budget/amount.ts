import { byteUnits, parseBytes } from '../units/bytes.ts'
import { durationUnits, parseDuration } from '../units/duration.ts'
import { parsePercent } from '../units/percent.ts'
import { nearestWord } from '../spelling.ts'
import { timeFigures } from './figures.ts'
import type { Condition } from './rule.ts'
import type { Report, Subject } from './subject.ts'
import { quote, type Word } from './words.ts'

/**
 * The limit after `>`: a size, a time, or where something grows a percentage. `next` is the word that stands where a
 * limit was expected when there are no words of one.
 */
export function parseAmount(
  line: string,
  words: readonly Word[],
  next: Word | undefined,
  { figure, kind }: Subject,
  fault: Report,
): Condition | undefined {
  const isTime = figure !== undefined && timeFigures.includes(figure)
  const example = `${isTime ? '4 min' : '250 MB'}${kind === 'grows' ? ' or 5%' : ''}`
  const first = words[0]
  const last = words.at(-1)
  if (first === undefined || last === undefined) {
    fault(next, next, `expected a limit such as ${example}`)
    return undefined
  }
  const text = line.slice(first.column - 1, last.column - 1 + last.text.length)
  const percent = parsePercent(text)
  if (percent !== undefined) {
    if (kind === 'grows') return figure && { kind, figure, by: percent, unit: 'percent' }
    fault(
      first,
      last,
      `a percentage needs something to grow from: write "${figure ?? 'download'} grows by > ${text}"`,
    )
    return undefined
  }
  const unit = words.find((word) => word.kind === 'word')
  const bytes = unit === undefined ? undefined : parseBytes(text)
  const ms = parseDuration(text)
  if (figure === undefined && (bytes ?? ms) !== undefined) return undefined
  const limit = isTime ? ms : bytes
  if (limit !== undefined && figure !== undefined) {
    return kind === 'above' ? { kind, figure, limit } : { kind, figure, by: limit, unit: 'absolute' }
  }
  if (unit === undefined) {
    const digits = /^\d+(?:\.\d+)?$/.test(text)
    fault(first, last, digits ? `${text} needs a unit, as in ${example}` : `"${text}" is not a number`)
  } else if ((isTime ? bytes : ms) !== undefined) {
    fault(
      first,
      last,
      `"${figure ?? ''}" is ${isTime ? 'a time' : 'a size'}: write a limit such as ${example}`,
    )
  } else {
    const units = isTime ? durationUnits : byteUnits
    const known = units.some((each) => each.toLowerCase() === unit.text.toLowerCase())
    const meant = nearestWord(unit.text, units)
    const advice = meant === undefined ? `the units are ${units.join(', ')}` : `did you mean "${meant}"?`
    if (known) fault(first, last, `"${text}" is not a limit: write one such as ${example}`)
    else fault(unit, unit, `${quote(unit)} is not a unit: ${advice}`)
  }
  return undefined
}

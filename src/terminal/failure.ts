import { Failure } from '../failure.ts'
import { visible } from '../report/escape.ts'
import { styleFor } from '../report/style.ts'
import { Interrupted } from './interrupt.ts'
import type { Screen } from './screen.ts'

/** What went wrong, for a person: the message, and below it what to do. An unexpected error comes with its stack. */
export function tellFailure(error: unknown, { colour }: Screen): string {
  const style = styleFor(colour)
  if (error instanceof Interrupted) return `interrupted by ${error.signal}\n`
  if (!(error instanceof Failure)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return `${style.red('error:')} ${lines(text)}\nThis is a fault of pydeps-image itself: please report it with the lines above.\n`
  }
  const hint = error.hint === undefined ? '' : `${style.bold('what to do:')} ${lines(error.hint)}\n`
  return `${style.red('error:')} ${lines(error.message)}\n${hint}`
}

/** 2: wrong usage or configuration; 3: the build failed; 128 + n: ended by signal n. */
export function exitStatus(error: unknown): number {
  if (error instanceof Interrupted) return error.status
  return error instanceof Failure && error.kind === 'usage' ? 2 : 3
}

/** Line ends stay: a message may be a list; all else that acts on a terminal is made visible. */
function lines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

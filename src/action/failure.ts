import * as core from '@actions/core'
import { Failure } from '../failure.ts'
import { visible } from '../report/escape.ts'

/** Fails the step, with what to do as the last line of its annotation. An unexpected error's stack goes to the log. */
export function fail(error: unknown, log: { write(text: string): unknown }): void {
  if (error instanceof Failure) {
    core.setFailed(lines(error.hint === undefined ? error.message : `${error.message}\n${error.hint}`))
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  // The runner cancels with a signal, and needs no more words than that.
  if (error instanceof Error && error.name === 'Interrupted') {
    core.setFailed(lines(message))
    return
  }
  if (error instanceof Error && error.stack !== undefined) log.write(`${lines(error.stack)}\n`)
  core.setFailed(`${lines(message)}\nThis is a fault of pydeps-image itself: please report it with the log.`)
}

/** Line ends stay: a message may be a list. */
function lines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

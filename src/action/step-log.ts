import * as core from '@actions/core'
import { randomUUID } from 'node:crypto'
import { inertLines } from './fence.ts'

/** The log of a step, in which no text from outside is a command to the runner. */
export interface StepLog {
  /** Writes whole lines. */
  write(text: string): void
  /**
   * A group of the log. While `act` lasts the runner takes no commands at all, also where something else of this
   * process writes: a crash, a warning of Node, a program that was started.
   */
  group<T>(name: string, act: () => Promise<T>): Promise<T>
  /** Gives a command of our own; in a group as soon as the runner takes commands again. */
  command(give: () => void): void
}

export function createStepLog(stream: { write(text: string): unknown }): StepLog {
  const lines = inertLines(stream)
  let waiting: (() => void)[] | undefined
  return {
    write: (text) => void lines.write(text),
    group: (name, act) =>
      core.group(name, async () => {
        const token = randomUUID()
        stream.write(`::stop-commands::${token}\n`)
        const commands: (() => void)[] = []
        waiting = commands
        try {
          return await act()
        } finally {
          stream.write(`::${token}::\n`)
          waiting = undefined
          for (const give of commands) give()
        }
      }),
    command(give) {
      if (waiting === undefined) give()
      else waiting.push(give)
    },
  }
}

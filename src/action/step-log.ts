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
  /** Commands of our own that the runner is to take all the same. */
  command(give: () => void): void
}

export function createStepLog(stream: { write(text: string): unknown }): StepLog {
  const lines = inertLines(stream)
  let token: string | undefined
  const stop = (): void => {
    // Whoever has read the token could resume: none serves twice.
    token = randomUUID()
    stream.write(`::stop-commands::${token}\n`)
  }
  const resume = (): void => {
    if (token !== undefined) stream.write(`::${token}::\n`)
    token = undefined
  }
  return {
    write: (text) => void lines.write(text),
    group: (name, act) =>
      core.group(name, async () => {
        stop()
        try {
          return await act()
        } finally {
          resume()
        }
      }),
    command(give) {
      const stopped = token !== undefined
      resume()
      give()
      if (stopped) stop()
    },
  }
}

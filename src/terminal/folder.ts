import { Failure } from '../failure.ts'

/** The folder that the program was started in, absolute. Throws Failure where it is gone. */
export function currentFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new Failure('usage', 'the current folder is no longer there', {
      hint: 'change into one that is, and start again',
      cause,
    })
  }
}

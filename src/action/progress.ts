import * as core from '@actions/core'
import type { Progress } from '../progress.ts'
import { capped, visible } from '../report/escape.ts'

/** The same progress, with its warnings as annotations. */
export function annotated(progress: Progress): Progress {
  return {
    step: (name) => progress.step(name),
    note: (text) => progress.note(text),
    warn: (text) => core.warning(capped(visible(text), 1000)),
  }
}

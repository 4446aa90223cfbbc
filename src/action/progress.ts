import * as core from '@actions/core'
import type { Progress } from '../progress.ts'
import { capped, visible } from '../report/escape.ts'
import type { StepLog } from './step-log.ts'

/** The same progress, with its warnings as annotations. */
export function annotated(progress: Progress, log: Pick<StepLog, 'command'>): Progress {
  return {
    step: (name) => progress.step(name),
    note: (text) => progress.note(text),
    warn: (text) => log.command(() => core.warning(capped(visible(text), 1000))),
  }
}

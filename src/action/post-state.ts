import * as core from '@actions/core'
import { jobPatience, parsePatience, type Patience } from './patience.ts'

const storeName = 'store'
const patienceName = 'patience'

/** Leaves to the post step what it has to save, as text; nothing where that is undefined. */
export function leaveForPost(toSave: string | undefined): void {
  core.saveState(storeName, toSave ?? '')
}

/** What main left to the post step; empty where it left nothing, or did not come so far. */
export function leftForPost(): string {
  return core.getState(storeName)
}

/** Leaves to the post step the time that main did not lose to services that fail. */
export function leavePatience(patience: Patience): void {
  core.saveState(patienceName, patience.left(jobPatience))
}

/** What main left of the job's patience; all of it where it left nothing. */
export function patienceLeft(): Patience {
  return parsePatience(core.getState(patienceName))
}

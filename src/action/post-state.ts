import * as core from '@actions/core'

const name = 'store'

/** Leaves to the post step what it has to save, as text; nothing where that is undefined. */
export function leaveForPost(toSave: string | undefined): void {
  core.saveState(name, toSave ?? '')
}

/** What main left to the post step; empty where it left nothing, or did not come so far. */
export function leftForPost(): string {
  return core.getState(name)
}

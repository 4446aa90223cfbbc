import { Failure } from '../failure.ts'

/**
 * Refuses `pull_request_target`: it runs with the secrets and the write token of the base repository, and building a
 * pull request's project there would run a stranger's code with them.
 */
export function refuseUnsafeEvent(event: string | undefined): void {
  if (event !== 'pull_request_target') return
  throw new Failure(
    'usage',
    'this action does not run on pull_request_target: a build runs code of the pull request, and on this event ' +
      "that code would have the repository's secrets and a token that can write",
    { hint: 'write `on: pull_request` instead; it runs for forks too, with a token that can only read' },
  )
}

/** Refuses a runner on Windows, where neither programs nor file modes are what an image of Linux is made with. */
export function refuseUnfitRunner(system: string | undefined): void {
  if (system !== 'Windows') return
  throw new Failure('usage', 'this action does not run on a Windows runner', {
    hint: 'write `runs-on: ubuntu-latest` for its job; images for other platforms are made there too, with `platforms`',
  })
}

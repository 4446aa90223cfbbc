import { buildImages, type BuildContext } from './engine/assemble/build.ts'
import { measureBuilt, treeOfBuilt } from './engine/assemble/measure-built.ts'
import type { Comparand } from './engine/comparand.ts'
import { Stopwatch } from './engine/stopwatch.ts'
import { atCommit } from './host/worktree.ts'
import type { Platform } from './image/platform.ts'
import type { Inputs } from './inputs.ts'
import { type Progress, silent } from './progress.ts'

/** A commit to build, and what it is called. */
export interface OtherCommit {
  readonly commit: string
  readonly text: string
}

/**
 * What to compare with, built from another commit of the project with the inputs of this run, and written nowhere. How
 * long that took says nothing of an ordinary build, and is left out. Throws Failure as a build does.
 */
export async function buildBaseline(
  { commit, text }: OtherCommit,
  inputs: Inputs,
  platforms: readonly Platform[],
  { progress, ...context }: Omit<BuildContext, 'stopwatch'> & { readonly progress: Progress },
): Promise<readonly Comparand[]> {
  const { store, env, signal } = context
  const step = progress.step(`build ${text}`)
  try {
    const comparands = await atCommit(inputs.context, commit, { env, signal }, async (folder) => {
      const stopwatch = new Stopwatch(() => 0)
      const own = { ...context, progress: silent, stopwatch }
      const built = await buildImages({ ...inputs, context: folder }, platforms, [], own)
      const how = { mode: inputs.mode, reference: '', timings: [], store }
      return Promise.all(
        built.map(async (one) => ({
          name: `${text}, built in this run`,
          measurement: await measureBuilt(one, how),
          tree: () => treeOfBuilt(one, store),
        })),
      )
    })
    step.done()
    return comparands
  } catch (error) {
    step.failed()
    throw error
  }
}

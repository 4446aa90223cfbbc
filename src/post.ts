import * as core from '@actions/core'
import { createCacheClient } from './action/cache/client.ts'
import { programBeside } from './action/cache/program.ts'
import { tellSaved } from './action/cache/tell-saved.ts'
import { inertLines } from './action/fence.ts'
import { leftForPost, patienceLeft } from './action/post-state.ts'
import { run } from './host/process.ts'
import { parseToSave, saveStore } from './host/store/between-runs.ts'
import { openStore, pruneStore, storeRoot } from './host/store/store.ts'

const { env, stdout, argv } = process
try {
  const store = await openStore(storeRoot(env))
  const toSave = parseToSave(leftForPost())
  if (toSave) {
    const program = programBeside(argv[1] ?? '', 'cache')
    const cache = createCacheClient({ run, program, env, patience: patienceLeft() })
    tellSaved(await saveStore(store, toSave, cache, Date.now()), inertLines(stdout))
  }
  // A build that failed leaves its parts in the store too; on a runner that lives on it must not grow for ever.
  await pruneStore(store, Date.now())
} catch (error) {
  core.warning(`the store was not pruned: ${(error as Error).message}`)
}

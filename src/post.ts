import * as core from '@actions/core'
import { openStore, pruneStore, storeRoot } from './host/store/store.ts'

// A build that failed leaves its parts in the store too; on a runner that lives on it must not grow for ever.
try {
  await pruneStore(await openStore(storeRoot(process.env)), Date.now())
} catch (error) {
  core.warning(`the store was not pruned: ${(error as Error).message}`)
}

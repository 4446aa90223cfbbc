import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Blobs } from './blobs.ts'
import { diskFailure } from './failure.ts'
import { Keep } from './keep.ts'
import { prune } from './prune.ts'
import { Records } from './records.ts'
import { Seals } from './seals.ts'

/**
 * What builds leave for the next ones on this machine: blobs by digest and records by key. Everything in it can be
 * made anew, everything is checked when it is read, and two builds may use it at once.
 */
export interface Store {
  readonly root: string
  readonly blobs: Blobs
  readonly records: Records
  readonly seals: Seals
  /** What the next run of the same project will want of it; see `lasting`. */
  readonly keep: Keep
}

/** `$XDG_CACHE_HOME/pydeps-image`, or `~/.cache/pydeps-image`. */
export function storeRoot(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME']
  return join(base?.startsWith('/') ? base : join(env['HOME'] ?? homedir(), '.cache'), 'pydeps-image')
}

/** Opens the store, and makes its folder when it is the first time. */
export async function openStore(root: string): Promise<Store> {
  try {
    await mkdir(join(root, 'tmp'), { recursive: true })
  } catch (error) {
    throw diskFailure(error, root)
  }
  const seals = new Seals(root)
  return { root, seals, blobs: new Blobs(root, seals), records: new Records(root), keep: new Keep() }
}

const day = 24 * 60 * 60 * 1000

/** Prunes at most once a day: 10 GB, 30 days, and never what the last two hours used. Gives the bytes freed. */
export async function pruneStore(store: Store, now: number): Promise<number> {
  const stamp = join(store.root, 'pruned')
  const last = Number(await readFile(stamp, 'utf8').catch(() => '0'))
  if (now - last < day && last <= now) return 0
  await writeFile(stamp, String(now))
  return prune(store.root, { maxBytes: 10e9, maxAge: 30 * day, minAge: day / 12 }, now)
}

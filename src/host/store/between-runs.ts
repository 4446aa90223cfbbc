import { randomBytes } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheFailure, FileCache } from '../../file-cache.ts'
import type { Inputs } from '../../inputs.ts'
import { formatBytes } from '../../units/bytes.ts'
import { findLock, readIfThere } from '../project/find-lock.ts'
import { keptWheels } from '../uv/fetch.ts'
import { isHere, rememberedSet, rememberSet } from './keep-set.ts'
import { cacheKeys, contentHash, contentOf, isShortHash, type StoreKeys, storeKeys } from './keys.ts'
import { type Packed, writePack } from './pack.ts'
import type { Store } from './store.ts'
import { unpack } from './unpack.ts'

/** What an earlier run left for this one. */
export type Restored =
  /** This machine has all of it still. */
  | { readonly kind: 'here' }
  | {
      readonly kind: 'fetched'
      readonly key: string
      readonly bytes: number
      /** Whether it was left by a run with the same lock. */
      readonly sameLock: boolean
      readonly damaged: number
    }
  | { readonly kind: 'nothing' }
  | CacheFailure

/** What one process hands to the one that saves. */
export interface ToSave extends StoreKeys {
  /** Hash of the content that was restored; empty when nothing was. */
  readonly had: string
  /** An entry of the same content, if there is one, is no good. */
  readonly again: boolean
}

export interface Place {
  /** Folder that the project's is named from. */
  readonly workspace: string
  readonly repository: string
}

/** Where a runner runs. */
export function placeOf(env: NodeJS.ProcessEnv): Place {
  return { workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(), repository: env['GITHUB_REPOSITORY'] ?? '' }
}

/** Bytes of one pack: an entry that is larger is slower to fetch than its parts are to make. */
const maxPack = 2e9

/** Puts into the store what an earlier run of the project left in a cache of files. */
export async function restoreStore(
  store: Store,
  inputs: Inputs,
  cache: FileCache,
  place: Place,
): Promise<{ readonly restored: Restored; readonly keys: StoreKeys | undefined }> {
  const keys = await keysOf(inputs, place)
  if (!keys) return { restored: { kind: 'nothing' }, keys }
  const set = await rememberedSet(store, keys)
  if (set && (await isHere(store, set))) return { restored: { kind: 'here' }, keys }
  const names = cacheKeys(keys)
  const file = temporary(store)
  try {
    const outcome = await cache.restore(file, names.lock, [names.lock, names.project])
    if (outcome.kind === 'miss') return { restored: { kind: 'nothing' }, keys }
    if (outcome.kind === 'failed') return { restored: outcome, keys }
    const { size } = await stat(file)
    const { damaged } = await unpack(file, store)
    const { key } = outcome
    return {
      restored: { kind: 'fetched', key, bytes: size, sameLock: key.startsWith(names.lock), damaged },
      keys,
    }
  } catch (error) {
    return { restored: failed(error), keys }
  } finally {
    await rm(file, { force: true })
  }
}

/**
 * Remembers what a run used, on this machine. Gives what the process that saves has to know; undefined when the cache
 * has all of it already, or the run used nothing.
 */
export async function rememberUsed(
  store: Store,
  keys: StoreKeys,
  restored: Restored,
): Promise<ToSave | undefined> {
  // Where nothing can be read, by right or for want of a service, nothing is worth writing.
  if (restored.kind === 'failed' && restored.severity === 'notice') return undefined
  // Fetched once and needed now and then: whether this run needed it says nothing of the next.
  for (const [digest, size] of await keptWheels(store.blobs)) store.keep.blob(digest, size)
  const set = store.keep.used
  await rememberSet(store, keys, set)
  if (set.records.length + set.blobs.length === 0) return undefined
  const again = restored.kind === 'failed' || (restored.kind === 'fetched' && restored.damaged > 0)
  const had = restored.kind === 'fetched' && !again ? contentOf(restored.key) : ''
  return contentHash(set) === had ? undefined : { ...keys, had, again }
}

/** Narrows what another process handed over; undefined when it is nothing of the kind. */
export function parseToSave(text: string): ToSave | undefined {
  try {
    const { project, lock, had, again } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (!isShortHash(project) || !isShortHash(lock)) return undefined
    return { project, lock, had: isShortHash(had) ? had : '', again: again === true }
  } catch {
    return undefined
  }
}

export type Saved =
  | { readonly kind: 'saved'; readonly key: string; readonly packed: Packed }
  /** The cache has it, or a run of this machine has asked it lately. */
  | { readonly kind: 'known' }
  | CacheFailure

/** Saves what the last run with these keys used, in one file. */
export async function saveStore(store: Store, toSave: ToSave, cache: FileCache, now: number): Promise<Saved> {
  const file = temporary(store)
  try {
    const set = await rememberedSet(store, toSave)
    if (!set || contentHash(set) === toSave.had) return { kind: 'known' }
    const { content } = cacheKeys(toSave)
    let key = content(set)
    const marker = `store-saved-1|${key}`
    const asked = Number(await store.records.get(marker))
    if (now - asked < askAgainAfter && asked <= now) return { kind: 'known' }
    const packed = await writePack(store, set, file, maxPack)
    let outcome = await cache.save(file, key)
    if (outcome.kind === 'exists' && toSave.again) {
      // Entries never change: a good one of the same content takes another name, and is the newest then.
      key = content(set, now)
      outcome = await cache.save(file, key)
    }
    if (outcome.kind === 'failed') return outcome
    await store.records.put(marker, String(now))
    return outcome.kind === 'saved' ? { kind: 'saved', key, packed } : { kind: 'known' }
  } catch (error) {
    return failed(error)
  } finally {
    await rm(file, { force: true })
  }
}

/** Milliseconds after which a machine with a store of its own offers the same content again: entries go away. */
const askAgainAfter = 24 * 60 * 60 * 1000

/** What a run asks before it builds, and tells when it has built. */
export interface BetweenRuns {
  readonly restore: (store: Store, inputs: Inputs) => Promise<RestoredForRun>
  /** For the process that saves, as text; undefined when there is nothing new. */
  remember(): Promise<string | undefined>
}

export interface RestoredForRun {
  /** Whether all that this lock needs was there. */
  readonly whole: boolean
  /** For people: how much, and under which key. */
  readonly text: string
  readonly warning?: string
}

/** What is kept between the runs of a project, in a cache of files; how much it helps is for each run to find out. */
export function betweenRuns(cache: FileCache, place: Place): BetweenRuns {
  let left: { store: Store; keys: StoreKeys | undefined; restored: Restored } | undefined
  return {
    async restore(store, inputs) {
      const found = await restoreStore(store, inputs, cache, place)
      left = { store, ...found }
      return describe(found.restored)
    },
    async remember() {
      if (left?.keys === undefined) return undefined
      const toSave = await rememberUsed(left.store, left.keys, left.restored)
      return toSave && JSON.stringify(toSave)
    },
  }
}

function describe(restored: Restored): RestoredForRun {
  switch (restored.kind) {
    case 'here':
      return { whole: true, text: 'all of it is on this machine' }
    case 'fetched': {
      const { bytes, key, sameLock, damaged } = restored
      const lock = sameLock ? 'this lock' : 'another lock'
      const parts = damaged === 1 ? '1 damaged part was' : `${damaged} damaged parts were`
      const bad = damaged === 0 ? '' : `; ${parts} passed over`
      return { whole: sameLock && damaged === 0, text: `${formatBytes(bytes)} of ${lock}: ${key}${bad}` }
    }
    case 'nothing':
      return { whole: false, text: 'nothing is kept yet' }
    case 'failed': {
      const text = `nothing was restored from the cache: ${restored.reason}`
      return { whole: false, text, ...(restored.severity === 'warning' ? { warning: text } : {}) }
    }
  }
}

/** Undefined where there is no lock to be found: the build will say so. */
async function keysOf(inputs: Inputs, place: Place): Promise<StoreKeys | undefined> {
  try {
    const { text } = await findLock(inputs.context)
    const pyproject = (await readIfThere(join(inputs.context, 'pyproject.toml'))) ?? ''
    return storeKeys(inputs, [text, pyproject], place)
  } catch {
    return undefined
  }
}

function temporary(store: Store): string {
  return join(store.root, 'tmp', `pack-${process.pid}-${randomBytes(6).toString('hex')}`)
}

function failed(error: unknown): CacheFailure {
  return { kind: 'failed', reason: (error as Error).message, severity: 'warning' }
}

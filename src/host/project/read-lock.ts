import { createHash } from 'node:crypto'
import { dirname, relative, resolve } from 'node:path'
import type { Lock } from '../../project/lock.ts'
import { choosePylock, parsePylock, withPaths } from '../../project/pylock.ts'
import { checkNames, lockFor, type Chosen } from '../../project/select.ts'
import type { Target } from '../../project/target.ts'
import type { Uv } from '../uv/find.ts'
import { findLock, type FoundLock } from './find-lock.ts'
import { readRequirementsLock } from './read-requirements.ts'
import { readUvLock } from './read-uv-lock.ts'

/** Texts kept between runs under a key; losing them costs time only. */
export interface TextCache {
  get(key: string): Promise<string | undefined>
  put(key: string, text: string): Promise<void>
}

export interface LockOptions extends Chosen {
  /** What to filter for; undefined: packages as the lock has them, with their markers. */
  readonly target: Target | undefined
  /** Asked for only when uv is needed. */
  readonly uv: () => Promise<Uv>
  /** This machine's Python; looked for when it is not given. */
  readonly python?: () => Promise<string>
  readonly cache?: TextCache
  /** Things to tell the user which are no errors. */
  readonly note?: (text: string) => void
  /** Things that belong in the report too: that the lock is none. */
  readonly warn?: (text: string) => void
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/**
 * The project's lock, from whichever file holds it: for a target only what applies there. Paths of files in it are
 * relative to the project's folder. Throws Failure for no lock, a stale one, an unknown extra or group.
 */
export async function readLock(context: string, options: LockOptions): Promise<Lock> {
  const found = await findLock(context)
  if (found.others.length > 0)
    options.note?.(`${found.shown} is the lock; ${found.others.join(', ')} not read`)
  const lock = await readFound(context, found, options)
  return options.target === undefined ? lock : lockFor(options.target, lock, options)
}

function readFound(context: string, found: FoundLock, options: LockOptions): Promise<Lock> {
  switch (found.kind) {
    case 'uv':
      return readUvLock(context, found, options)
    case 'pylock':
      return Promise.resolve(readPylock(context, found, options))
    case 'requirements':
      return readRequirementsLock(context, found, options)
  }
}

function readPylock(context: string, found: FoundLock, options: LockOptions): Lock {
  const pylock = parsePylock(found.text, found.shown)
  checkNames('extra', options.extras, pylock.extras)
  checkNames('group', options.groups, pylock.dependencyGroups)
  const folder = dirname(found.path)
  const chosen = choosePylock(pylock, options)
  return {
    kind: 'pylock',
    path: found.shown,
    frozen: true,
    requiresPython: pylock.requiresPython,
    environments: pylock.environments,
    packages: withPaths(chosen.packages, (path) => relative(context, resolve(folder, path))),
  }
}

/** A key of everything that decides what is kept under it. */
export function cacheKey(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

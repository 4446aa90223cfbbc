import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { formatImageReference } from '../../image/reference.ts'
import { formatPlatform } from '../../image/platform.ts'
import type { Inputs } from '../../inputs.ts'
import type { KeepSet } from './keep.ts'

/** Under which names an image's part of a store is kept from run to run. */
export interface StoreKeys {
  /** The image: of this repository, this folder, made in this way. */
  readonly project: string
  /** What decides its environment: the lock and what is chosen of it. */
  readonly lock: string
}

/**
 * Keys of a run. They only choose which parts are fetched: each part has a key of its own that says all it depends on,
 * so that those of another lock are merely fewer of the right ones.
 */
export function storeKeys(
  inputs: Inputs,
  texts: readonly string[],
  { workspace, repository }: { readonly workspace: string; readonly repository: string },
): StoreKeys {
  return {
    project: shortHash([
      repository,
      relative(workspace, inputs.context),
      inputs.name,
      inputs.mode,
      inputs.compression,
      inputs.pythonVersion,
      inputs.base && formatImageReference(inputs.base),
      inputs.platforms.map(formatPlatform),
    ]),
    lock: shortHash([texts, [...inputs.groups].sort(), [...inputs.extras].sort()]),
  }
}

/** `pydeps-image-store-v1-linux-x64-` and so on: of a project's entries, of those of one lock, of one content. */
export function cacheKeys({ project, lock }: StoreKeys): {
  readonly project: string
  readonly lock: string
  /** `again`: the time by which it is told apart from an entry of the same content. */
  readonly content: (set: KeepSet, again?: number) => string
} {
  const ofProject = `pydeps-image-store-v1-${process.platform}-${process.arch}-${project}-`
  const ofLock = `${ofProject}${lock}-`
  return {
    project: ofProject,
    lock: ofLock,
    content: (set, again) => ofLock + contentHash(set) + (again === undefined ? '' : `.${again}`),
  }
}

/** The hash of the content that an entry's key ends with; empty for another key. */
export function contentOf(key: string): string {
  return /-([0-9a-f]{20})(?:\.\d+)?$/.exec(key)?.[1] ?? ''
}

/** Says what a set consists of; equal sets of different locks have the same. */
export function contentHash(set: KeepSet): string {
  return shortHash([set.records, set.blobs])
}

export function isShortHash(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{20}$/.test(text)
}

function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 20)
}

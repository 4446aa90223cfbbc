import { stat } from 'node:fs/promises'
import * as v from 'valibot'
import { type Digest, isDigest } from '../../image/digest.ts'
import type { KeepSet } from './keep.ts'
import type { StoreKeys } from './keys.ts'
import type { Store } from './store.ts'

export const keepSetSchema = v.object({
  records: v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  blobs: v.array(v.tuple([v.custom<Digest>(isDigest), v.pipe(v.number(), v.safeInteger(), v.minValue(0))])),
})

/** Remembers in the store what the last run with these keys used of it. */
export function rememberSet(store: Store, keys: StoreKeys, set: KeepSet): Promise<void> {
  return store.records.put(keyOf(keys), JSON.stringify(set))
}

/** What the last run with these keys used; undefined when nobody knows. */
export async function rememberedSet(store: Store, keys: StoreKeys): Promise<KeepSet | undefined> {
  const text = await store.records.get(keyOf(keys))
  if (text === undefined) return undefined
  const parsed = v.safeParse(keepSetSchema, JSON.parse(text))
  return parsed.success ? parsed.output : undefined
}

/** Whether all of a set is in the store. Looks at sizes only: bytes are checked when they are read. */
export async function isHere(store: Store, { records, blobs }: KeepSet): Promise<boolean> {
  const found = await Promise.all([
    ...records.map((name) =>
      stat(store.records.path(name)).then(
        () => true,
        () => false,
      ),
    ),
    ...blobs.map(([digest, size]) => store.blobs.has(digest, size)),
  ])
  return found.every(Boolean)
}

function keyOf({ project, lock }: StoreKeys): string {
  return `store-set-1|${project}|${lock}`
}

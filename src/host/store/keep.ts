import type { Digest } from '../../image/digest.ts'
import { Blobs } from './blobs.ts'
import { Records } from './records.ts'
import type { Store } from './store.ts'

/** Parts of a store: records by name, blobs by digest with their sizes; both sorted. */
export interface KeepSet {
  readonly records: readonly string[]
  readonly blobs: readonly (readonly [digest: Digest, size: number])[]
}

interface Collected {
  readonly records: Set<string>
  readonly blobs: Map<Digest, number>
}

/** Remembers which parts of a store a run used that the next run of the same project will want again. */
export class Keep {
  readonly #all = empty()
  /** The whole run, and what is collected within it just now. */
  readonly #listening = new Set([this.#all])

  readonly record = (name: string): void => {
    for (const { records } of this.#listening) records.add(name)
  }

  readonly blob = (digest: Digest, size: number): void => {
    for (const { blobs } of this.#listening) blobs.set(digest, size)
  }

  add({ records, blobs }: KeepSet): void {
    records.forEach(this.record)
    for (const [digest, size] of blobs) this.blob(digest, size)
  }

  /** Work, and which parts it used. */
  async during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly used: KeepSet }> {
    const own = empty()
    this.#listening.add(own)
    try {
      return { result: await work(), used: sorted(own) }
    } finally {
      this.#listening.delete(own)
    }
  }

  get used(): KeepSet {
    return sorted(this.#all)
  }
}

/** The same store, through which what is used is remembered. For what does not change with every commit. */
export function lasting(store: Store): Store {
  const { root, keep, seals } = store
  return { ...store, blobs: new Blobs(root, seals, keep.blob), records: new Records(root, keep.record) }
}

function empty(): Collected {
  return { records: new Set(), blobs: new Map() }
}

function sorted({ records, blobs }: Collected): KeepSet {
  return {
    records: [...records].sort(),
    blobs: [...blobs].sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}

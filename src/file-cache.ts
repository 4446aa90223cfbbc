/** Something about a cache went wrong, and nothing that a build needs: `notice` is what is as it should be here. */
export interface CacheFailure {
  readonly kind: 'failed'
  readonly reason: string
  /** A token that only reads, or a runner without a cache, is no reason for a warning. */
  readonly severity: 'notice' | 'warning'
}

export type RestoreOutcome =
  { readonly kind: 'hit'; readonly key: string } | { readonly kind: 'miss' } | CacheFailure
export type SaveOutcome = { readonly kind: 'saved' } | { readonly kind: 'exists' } | CacheFailure

/** Files kept from run to run. What comes out was written by anyone: believe nothing in it. */
export interface FileCache {
  /**
   * Restores the newest entry for the first key that has one (the exact one first, then the prefixes in their order)
   * into `file`, which is replaced. Never throws, and is bounded in time and bytes.
   */
  restore(file: string, key: string, prefixes: readonly string[]): Promise<RestoreOutcome>
  /** Saves `file` under `key`. Never throws, and is bounded in time. */
  save(file: string, key: string): Promise<SaveOutcome>
}

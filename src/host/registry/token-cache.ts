import type { Token } from './tokens.ts'

interface Kept {
  readonly coming: Promise<Token>
  token?: Token
}

/** Tokens by the scopes that they are for; requests at the same time share one. */
export class TokenCache {
  readonly #kept = new Map<string, Kept>()

  /** The token for these scopes, fetched when there is none or its time is up. */
  get(scopes: readonly string[], fetch: () => Promise<Token>): Promise<Token> {
    const key = [...scopes].sort().join(' ')
    const known = this.#kept.get(key)
    if (known && (known.token === undefined || known.token.until > Date.now())) return known.coming
    const kept: Kept = { coming: fetch() }
    this.#kept.set(key, kept)
    kept.coming.then(
      (token) => (kept.token = token),
      () => this.#drop(key, kept),
    )
    return kept.coming
  }

  /** Forgets a token that was refused. Of several requests refused with it, the first has it renewed. */
  forget(value: string): void {
    for (const [key, kept] of this.#kept) {
      if (kept.token?.value === value) this.#drop(key, kept)
    }
  }

  #drop(key: string, kept: Kept): void {
    if (this.#kept.get(key) === kept) this.#kept.delete(key)
  }
}

import { createHash } from 'node:crypto'
import type { ImageIdentity } from '../../ports.ts'

/** Keys of the entries of one image: one for each commit. Which branch it is of, the cache's own scopes keep apart. */
export interface BaselineKeys {
  /** What all of them begin with. */
  readonly prefix: string
  of(commit: string): string
  /** The commit in a key. */
  commitIn(key: string): string
}

export function baselineKeys({ name, platforms }: ImageIdentity): BaselineKeys {
  const text = JSON.stringify([name, [...platforms].sort()])
  const id = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const prefix = `pydeps-image-baseline-1-${id}-`
  return {
    prefix,
    of: (commit) => prefix + commit,
    commitIn: (key) => key.slice(prefix.length),
  }
}

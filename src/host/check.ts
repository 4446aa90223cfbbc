import { createHash } from 'node:crypto'

/** Watches the bytes of a blob go by and tells whether they are those of its digest. */
export interface Check {
  update(chunk: Uint8Array): void
  /** The digest of all bytes; undefined where it only is known that it is another. To be called once. */
  end(): Promise<string | undefined>
}

export function sha256Check(): Check {
  const hash = createHash('sha256')
  return {
    update: (chunk) => void hash.update(chunk),
    end: () => Promise.resolve(`sha256:${hash.digest('hex')}`),
  }
}

import type { TarEntry } from '../tar/entry.ts'
import type { Digest } from './digest.ts'
import type { Compression } from './mediatype.ts'

/** What is in one layer, in the order of its tar: made once for each digest and kept. */
export interface LayerListing {
  readonly diffId: Digest
  /** Bytes of the layer's blob as it was read, and how it was compressed. */
  readonly download: number
  readonly compression: Compression
  readonly entries: readonly ListedEntry[]
  /** Text of small files that say what is in the image: RECORD, METADATA, dpkg status and the like, by path. */
  readonly texts: Readonly<Record<string, string>>
  /** Versions written inside binaries, by path: of Python in `python3.X` and `libpython`, of the C library in `libc.so.6`. */
  readonly versions: Readonly<Record<string, string>>
  /** A foreign layer whose blob is not with the image: nothing of it is known, and it is not kept. */
  readonly missing?: true
  /** Compiled files whose header names another time or size than their source has, which is in this layer too. */
  readonly stale?: readonly string[]
  /** Paths whose text is missing from `texts` because it was over a limit. */
  readonly leftOut?: readonly string[]
}

export type ListedEntry = Pick<TarEntry, 'path' | 'type' | 'size' | 'mode' | 'linkname'>

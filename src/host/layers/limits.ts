import { textLimits } from '../../image/texts.ts'

export interface LayerLimits {
  /** Entries of a layer. */
  readonly entries: number
  /** Bytes of a layer's tar. */
  readonly bytes: number
  /** Bytes of the tar for each byte of the blob, once the tar is over `bytesBeforeRatio`. */
  readonly ratio: number
  readonly bytesBeforeRatio: number
  /** Bytes that its files may say that they have, sparse ones included. */
  readonly sizes: number
  /** Bytes of one captured text, and of all together; those beyond are left out. */
  readonly text: number
  readonly texts: number
}

/**
 * What no image that is meant to be run comes near: half a million files, 64 GiB, 2 GiB out of 10 MB. The sizes of a
 * thousand layers can still be added up.
 */
export const layerLimits: LayerLimits = {
  entries: 500_000,
  bytes: 64 * 2 ** 30,
  ratio: 200,
  bytesBeforeRatio: 2 * 2 ** 30,
  sizes: 2 ** 43,
  text: textLimits.one,
  texts: textLimits.all,
}

import type { ImageConfig } from './config.ts'
import type { Digest } from './digest.ts'
import type { Descriptor, Manifest } from './manifest.ts'
import type { Platform } from './platform.ts'

/** One image for one platform, opened: what it says of itself, and its blobs when they are asked for. */
export interface Image {
  /** As the user would type it. */
  readonly reference: string
  /** Digest of the manifest; for sources without one (a classic docker archive) of the manifest made for it. */
  readonly digest: Digest
  readonly platform: Platform
  readonly manifest: Manifest
  /** The manifest's own bytes, whose digest is `digest`; those of `renderManifest` when not given. */
  readonly manifestBytes?: Uint8Array
  readonly config: ImageConfig
  /** The config's own bytes, whose digest is `manifest.config.digest`. */
  readonly configBytes: Uint8Array
  /** A registry knows its blobs' sizes and digests without sending them; a local source has them at hand. */
  readonly blobs: BlobReader
  /** What the source says of the blobs: a classic store hands out plain tars whatever was pulled. */
  readonly source: 'oci' | 'oci-archive' | 'docker-archive' | 'docker-daemon' | 'registry'
}

/** A lent chunk stays as it is while so many more are asked for. */
export const lentFor = 4

/** Memory that lent chunks lie in. */
export interface ChunkBuffers {
  next(length: number): Uint8Array
}

export interface OpenOptions {
  /** Where chunks may lie that are only lent, counted over all blobs that are opened with the same buffers. */
  readonly buffers?: ChunkBuffers
}

/** Bytes of a blob in chunks; verified against the digest at the end: a wrong one throws before the stream ends. */
export interface BlobReader {
  open(descriptor: Descriptor, options?: OpenOptions): AsyncIterable<Uint8Array>
  /** Whether this blob can be had; without it all can. A foreign layer is often nowhere. */
  has?(descriptor: Descriptor): Promise<boolean>
  /** A file that holds exactly this blob and may be hard-linked or copied; undefined when there is none. */
  file?(descriptor: Descriptor): Promise<string | undefined>
  /** The registry and repository that have this blob already: a push beside it can mount it. */
  mountable?(descriptor: Descriptor): { readonly registry: string; readonly repository: string } | undefined
}

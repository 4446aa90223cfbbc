import { Failure } from '../failure.ts'
import type { TarEntry } from './entry.ts'
import {
  type DecodedEntry,
  decodeEntry,
  extend,
  type Extensions,
  isExtension,
  noExtensions,
} from './extensions.ts'
import { blockSize, decodeHeader, type Header } from './header.ts'

/** Takes an entry's content, chunk by chunk; a chunk is only valid during the call. */
export interface EntrySink {
  write(chunk: Uint8Array): void
  /** All of it was written. Not called for a sparse file, whose content is never handed out. */
  end(): void
}

/** Told of each entry in the order of the tar; returns where its content goes, undefined to skip it. */
export type OnEntry = (entry: TarEntry) => EntrySink | undefined

export interface TarLimits {
  /** Entries that an archive may have. */
  readonly entries: number
}

/** Bytes that a pax header or a GNU long name may have; Linux takes paths of 4 KiB and attributes of 64 KiB. */
const extensionLimit = 2 ** 20

/**
 * Reads a tar from chunks of any size: v7, ustar, pax, GNU. Skipped content is neither copied nor kept. What follows
 * the end of the archive is read and ignored; a missing end is accepted, as container engines do.
 * Throws Failure with the byte where it happened for what is truncated, damaged, or over a limit.
 */
export async function readTar(
  chunks: AsyncIterable<Uint8Array>,
  onEntry: OnEntry,
  limits: TarLimits,
): Promise<void> {
  const reader = new TarReader(onEntry, limits)
  for await (const chunk of chunks) reader.write(chunk)
  reader.end()
}

/** The machine behind `readTar`, for a caller that has the chunks in hand for something else too. */
export class TarReader {
  readonly #onEntry: OnEntry
  readonly #limits: TarLimits
  /** Bytes of the tar before the chunk at hand. */
  #offset = 0
  #entries = 0
  #ended = false
  /** A header that a chunk's end cut in two. */
  readonly #held = Buffer.alloc(blockSize)
  #heldBytes = 0
  /** Bytes of content still to come, where they go, and the zeros after them. */
  #content = 0
  #sink: EntrySink | undefined
  #padding = 0
  #paddingSeen = false
  /** An extension whose body is being read. */
  #extension: { readonly typeflag: string; readonly body: Buffer; bytes: number } | undefined
  #extensions: Extensions = noExtensions
  /** More blocks of an old GNU sparse map follow; then this entry's content. */
  #sparse: DecodedEntry | undefined

  constructor(onEntry: OnEntry, limits: TarLimits) {
    this.#onEntry = onEntry
    this.#limits = limits
  }

  write(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#ended) {
      if (this.#content > 0) at += this.#readContent(chunk, at)
      else if (this.#padding > 0) at += this.#readPadding(chunk, at)
      else at += this.#readBlock(chunk, at)
    }
    this.#offset += chunk.length
  }

  /** The stream has ended; throws Failure when the archive has not. */
  end(): void {
    if (this.#ended) return
    const inContent = this.#content > 0 || (this.#padding > 0 && this.#paddingSeen)
    if (inContent || this.#heldBytes > 0 || this.#sparse || this.#pending()) {
      throw this.#failure(0, 'it ends in the middle of an entry')
    }
  }

  #pending(): boolean {
    const { pax, longName, longLink } = this.#extensions
    return pax.size > 0 || longName !== undefined || longLink !== undefined
  }

  #readContent(chunk: Uint8Array, at: number): number {
    const length = Math.min(this.#content, chunk.length - at)
    if (this.#extension) {
      this.#extension.body.set(chunk.subarray(at, at + length), this.#extension.bytes)
      this.#extension.bytes += length
    } else if (this.#sink) {
      this.#sink.write(length === chunk.length ? chunk : chunk.subarray(at, at + length))
    }
    this.#content -= length
    if (this.#content === 0) this.#endContent(at + length)
    return length
  }

  #endContent(at: number): void {
    const { typeflag, body } = this.#extension ?? {}
    if (typeflag !== undefined && body !== undefined) {
      this.#extension = undefined
      this.#extensions = this.#at(at - body.length, () => extend(this.#extensions, typeflag, body))
    }
    const sink = this.#sink
    this.#sink = undefined
    sink?.end()
  }

  #readPadding(chunk: Uint8Array, at: number): number {
    const length = Math.min(this.#padding, chunk.length - at)
    this.#padding -= length
    this.#paddingSeen = true
    return length
  }

  #readBlock(chunk: Uint8Array, at: number): number {
    if (this.#heldBytes === 0 && chunk.length - at >= blockSize) {
      this.#takeBlock(chunk.subarray(at, at + blockSize), at)
      return blockSize
    }
    const length = Math.min(blockSize - this.#heldBytes, chunk.length - at)
    this.#held.set(chunk.subarray(at, at + length), this.#heldBytes)
    this.#heldBytes += length
    if (this.#heldBytes === blockSize) {
      this.#heldBytes = 0
      this.#takeBlock(this.#held, at + length - blockSize)
    }
    return length
  }

  #takeBlock(block: Uint8Array, at: number): void {
    if (this.#sparse) {
      if (block[504] !== 0) return
      const { stored } = this.#sparse
      this.#sparse = undefined
      this.#expect(stored)
      return
    }
    const header = this.#at(at, () => decodeHeader(block))
    if (!header) this.#ended = true
    else if (isExtension(header.typeflag)) this.#takeExtension(header, at)
    // A volume's label (V) and the names of an old incremental dump (N) are no files.
    else if (header.typeflag === 'V' || header.typeflag === 'N') this.#expect(header.size)
    else this.#takeEntry(header, at)
  }

  #takeExtension(header: Header, at: number): void {
    if (header.size > extensionLimit) {
      throw this.#failure(
        at,
        `a name or pax header has ${header.size} bytes, over the limit of ${extensionLimit}`,
      )
    }
    this.#expect(header.size)
    if (header.size === 0) return
    this.#extension = { typeflag: header.typeflag, body: Buffer.alloc(header.size), bytes: 0 }
  }

  #takeEntry(header: Header, at: number): void {
    const decoded = this.#at(at, () => decodeEntry(header, this.#extensions))
    const { global } = this.#extensions
    this.#extensions = global.size === 0 ? noExtensions : { ...noExtensions, global }
    this.#entries += 1
    if (this.#entries > this.#limits.entries) {
      throw this.#failure(at, `it has more than ${this.#limits.entries} entries`)
    }
    const sink = this.#onEntry(decoded.entry)
    if (header.sparse?.more === true) this.#sparse = decoded
    else this.#expect(decoded.stored)
    if (decoded.sparse) return
    if (decoded.stored > 0) this.#sink = sink
    else sink?.end()
  }

  #expect(size: number): void {
    this.#content = size
    this.#padding = (blockSize - (size % blockSize)) % blockSize
    this.#paddingSeen = false
  }

  /** Runs a decoder and says where in the tar it failed. */
  #at<T>(at: number, decode: () => T): T {
    try {
      return decode()
    } catch (error) {
      if (error instanceof Failure) throw this.#failure(at, error.message)
      throw error
    }
  }

  #failure(at: number, why: string): Failure {
    return new Failure('build', `the tar is damaged at byte ${this.#offset + at}: ${why}`)
  }
}

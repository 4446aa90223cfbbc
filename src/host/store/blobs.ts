import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../failure.ts'
import { type Digest, hexOf } from '../../image/digest.ts'
import type { OpenOptions } from '../../image/source.ts'
import type { Check } from '../check.ts'
import { BufferRing, lentChunks } from '../file-chunks.ts'
import { diskFailure } from './failure.ts'
import { type Sealer, Seals } from './seals.ts'

/** A kept blob had other bytes than its digest says, or went away: doing the work again makes it anew. */
export class DamagedBlob extends Failure {
  constructor(digest: Digest, what = 'was damaged and has been removed') {
    super('build', `the kept blob ${digest} ${what}`, {
      hint: 'run the build again: what was lost is made anew',
    })
  }
}

/** Milliseconds within which a blob that was used counts as in use; well below what a prune leaves alone. */
const freshFor = 10 * 60 * 1000

/** Bytes kept under their own sha256, in `blobs/sha256/ab/abcd…`. Files are read-only and never change. */
export class Blobs {
  readonly #root: string
  readonly #onUse: (digest: Digest, size: number) => void
  readonly #seals: Seals

  /** `onUse` hears of every blob that is asked for and here, and of every one that is made. */
  constructor(
    root: string,
    seals = new Seals(root),
    onUse: (digest: Digest, size: number) => void = () => undefined,
  ) {
    this.#root = root
    this.#seals = seals
    this.#onUse = onUse
  }

  /** Where a blob is, or would be. */
  path(digest: Digest): string {
    const hex = hexOf(digest)
    return join(this.#root, 'blobs', 'sha256', hex.slice(0, 2), hex)
  }

  /** Whether a blob of this size is here; its bytes are checked when it is read. */
  async has(digest: Digest, size: number): Promise<boolean> {
    try {
      const found = await stat(this.path(digest))
      if (found.size !== size) return false
      // Marks it as used, so that no prune takes it from this build; once in a while is enough.
      const now = Date.now()
      if (now - found.mtimeMs > freshFor) {
        await utimes(this.path(digest), now / 1000, now / 1000).catch(() => undefined)
      }
      this.#onUse(digest, size)
      return true
    } catch {
      return false
    }
  }

  /**
   * The path of a blob whose bytes were just checked, marked as used. A blob with other bytes is removed and counts
   * as missing: undefined.
   */
  async verified(digest: Digest, size: number): Promise<string | undefined> {
    if (!(await this.has(digest, size))) return undefined
    try {
      await drain(this.read(digest, { buffers: new BufferRing() }))
      return this.path(digest)
    } catch (error) {
      if (error instanceof DamagedBlob) return undefined
      throw error
    }
  }

  /** A blob's bytes; throws DamagedBlob at the end, and removes the blob, when they are not the digest's. */
  async *read(digest: Digest, { buffers }: OpenOptions = {}): AsyncGenerator<Uint8Array> {
    const path = this.path(digest)
    let check: Check
    try {
      check = await this.#seals.checkOf(digest, statSync(path).size)
      for await (const chunk of buffers
        ? lentChunks(path, buffers)
        : createReadStream(path, { highWaterMark: 1 << 20 })) {
        check.update(chunk as Buffer)
        yield chunk as Buffer
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedBlob(digest, 'is gone')
      throw error
    }
    if ((await check.end()) !== digest) {
      await rm(path, { force: true })
      throw new DamagedBlob(digest)
    }
  }

  /** Starts a blob whose digest is known when all of it has been written. */
  async create(): Promise<BlobWriter> {
    const temporary = join(this.#root, 'tmp', `blob-${process.pid}-${randomBytes(6).toString('hex')}`)
    try {
      await mkdir(dirname(temporary), { recursive: true })
      const sealer = await this.#seals.sealer()
      const file = await open(temporary, 'wx', 0o444)
      return new BlobWriter(file, temporary, sealer, (digest, size) => {
        this.#onUse(digest, size)
        return this.path(digest)
      })
    } catch (error) {
      throw diskFailure(error, temporary)
    }
  }

  /** Keeps a whole stream. */
  async keep(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; size: number }> {
    const writer = await this.create()
    try {
      for await (const chunk of chunks) await writer.write(chunk)
      return await writer.commit()
    } catch (error) {
      await writer.abort()
      throw error
    }
  }
}

/** One blob on its way into the store: beside first, then renamed, so that no reader sees half of it. */
export class BlobWriter {
  readonly #hash = createHash('sha256')
  readonly #temporary: string
  readonly #place: (digest: Digest, size: number) => string
  readonly #file: FileHandle
  readonly #sealer: Sealer
  #size = 0

  constructor(
    file: FileHandle,
    temporary: string,
    sealer: Sealer,
    place: (digest: Digest, size: number) => string,
  ) {
    this.#file = file
    this.#temporary = temporary
    this.#sealer = sealer
    this.#place = place
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size
  }

  /** Of what has been written so far. */
  get digest(): Digest {
    return `sha256:${this.#hash.copy().digest('hex')}` as Digest
  }

  /** The chunk is free for other use when this resolves. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    this.#sealer.update(chunk)
    this.#size += chunk.length
    try {
      for (let at = 0; at < chunk.length;) {
        at += (await this.#file.write(chunk, at, chunk.length - at)).bytesWritten
      }
    } catch (error) {
      throw diskFailure(error, this.#temporary)
    }
  }

  /** Keeps what was written; throws DamagedBlob, and keeps nothing, when it is not what was `expected`. */
  async commit(expected?: Digest): Promise<{ digest: Digest; size: number }> {
    try {
      await this.#file.close()
      const digest = `sha256:${this.#hash.digest('hex')}` as Digest
      if (expected !== undefined && digest !== expected) throw new DamagedBlob(expected, 'has other bytes')
      const path = this.#place(digest, this.#size)
      await mkdir(dirname(path), { recursive: true })
      await rename(this.#temporary, path)
      await this.#sealer.keep(digest, this.#size)
      return { digest, size: this.#size }
    } catch (error) {
      await this.abort()
      throw diskFailure(error, this.#temporary)
    }
  }

  /** Gives up; after a commit it does nothing. */
  async abort(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }
}

/** Reads to the end for what reading does on the way: checking, keeping. */
export async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

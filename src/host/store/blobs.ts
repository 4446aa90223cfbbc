import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../failure.ts'
import { type Digest, hexOf } from '../../image/digest.ts'
import { diskFailure } from './failure.ts'

/** A kept blob had other bytes than its digest says, or went away: doing the work again makes it anew. */
export class DamagedBlob extends Failure {
  constructor(digest: Digest, what = 'was damaged and has been removed') {
    super('build', `the kept blob ${digest} ${what}`, {
      hint: 'run the build again: what was lost is made anew',
    })
  }
}

/** Bytes kept under their own sha256, in `blobs/sha256/ab/abcd…`. Files are read-only and never change. */
export class Blobs {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Where a blob is, or would be. */
  path(digest: Digest): string {
    const hex = hexOf(digest)
    return join(this.#root, 'blobs', 'sha256', hex.slice(0, 2), hex)
  }

  /** Whether a blob of this size is here; its bytes are checked when it is read. */
  async has(digest: Digest, size: number): Promise<boolean> {
    try {
      if ((await stat(this.path(digest))).size !== size) return false
      // Marks it as used, so that no prune takes it from this build.
      const now = new Date()
      await utimes(this.path(digest), now, now).catch(() => undefined)
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
      await drain(this.read(digest))
    } catch {
      return undefined
    }
    return this.path(digest)
  }

  /** A blob's bytes; throws DamagedBlob at the end, and removes the blob, when they are not the digest's. */
  async *read(digest: Digest): AsyncGenerator<Uint8Array> {
    const path = this.path(digest)
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer)
        yield chunk as Buffer
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedBlob(digest, 'is gone')
      throw error
    }
    if (`sha256:${hash.digest('hex')}` !== digest) {
      await rm(path, { force: true })
      throw new DamagedBlob(digest)
    }
  }

  /** Starts a blob whose digest is known when all of it has been written. */
  async create(): Promise<BlobWriter> {
    const temporary = join(this.#root, 'tmp', `blob-${process.pid}-${randomBytes(6).toString('hex')}`)
    await mkdir(dirname(temporary), { recursive: true })
    return new BlobWriter(temporary, (digest) => this.path(digest))
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
  readonly #place: (digest: Digest) => string
  readonly #file: WriteStream
  #size = 0
  #error: Error | undefined

  constructor(temporary: string, place: (digest: Digest) => string) {
    this.#temporary = temporary
    this.#place = place
    this.#file = createWriteStream(temporary, { mode: 0o444, flags: 'wx' })
    this.#file.on('error', (error) => (this.#error = error))
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#check()
    this.#hash.update(chunk)
    this.#size += chunk.length
    if (this.#file.write(chunk)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'error', 'close']) this.#file.off(event, done)
        resolve()
      }
      for (const event of ['drain', 'error', 'close']) this.#file.once(event, done)
    })
    this.#check()
  }

  async commit(): Promise<{ digest: Digest; size: number }> {
    this.#file.end()
    try {
      await finished(this.#file)
      const digest = `sha256:${this.#hash.digest('hex')}` as Digest
      const path = this.#place(digest)
      await mkdir(dirname(path), { recursive: true })
      await rename(this.#temporary, path)
      return { digest, size: this.#size }
    } catch (error) {
      await this.abort()
      throw diskFailure(error, this.#temporary)
    }
  }

  #check(): void {
    if (this.#error) throw diskFailure(this.#error, this.#temporary)
  }

  async abort(): Promise<void> {
    this.#file.destroy()
    await rm(this.#temporary, { force: true })
  }
}

/** Reads to the end for what reading does on the way: checking, keeping. */
export async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzip, gzipSync, type ZlibOptions } from 'node:zlib'
import { giveBack } from '../layers/decompress.ts'
import { diskFailure } from './failure.ts'

const zipped = promisify<Buffer, ZlibOptions, Buffer>(gzip)

/** Largest text of a record, unpacked: a listing of a million files stays below it. */
const maxText = 512 * 2 ** 20

/**
 * Small texts kept under a key that says everything their content depends on: gzip, with a checksum of its own in the
 * first line, in `records/ab/abcd…` by the key's sha256. A damaged record counts as missing.
 */
export class Records {
  readonly #root: string
  readonly #onUse: (name: string) => void

  /** `onUse` hears the name of every record that is read and here, and of every one that is put. */
  constructor(root: string, onUse: (name: string) => void = () => undefined) {
    this.#root = root
    this.#onUse = onUse
  }

  /** Where the record of this name is, or would be. */
  path(name: string): string {
    return join(this.#root, 'records', name.slice(0, 2), name)
  }

  async get(key: string): Promise<string | undefined> {
    const name = nameOf(key)
    const path = this.path(name)
    try {
      const bytes = gunzipSync(await readFile(path), { maxOutputLength: maxText })
      const body = bytes.subarray(headLength)
      if (bytes.toString('latin1', 0, headLength) !== head(key, body)) throw new Error('damaged')
      const now = new Date()
      await utimes(path, now, now).catch(() => undefined)
      this.#onUse(name)
      return body.toString('utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        await rm(path, { force: true }).catch(() => undefined)
      return undefined
    }
  }

  /** Marks a record as used without reading it. */
  async touch(key: string): Promise<void> {
    const name = nameOf(key)
    const now = new Date()
    await utimes(this.path(name), now, now).then(
      () => this.#onUse(name),
      () => undefined,
    )
  }

  async put(key: string, text: string): Promise<void> {
    const name = nameOf(key)
    const path = this.path(name)
    const temporary = join(this.#root, 'tmp', `record-${process.pid}-${randomBytes(6).toString('hex')}`)
    try {
      await mkdir(dirname(path), { recursive: true })
      await mkdir(dirname(temporary), { recursive: true })
      await writeFile(temporary, await packed(key, text))
      await rename(temporary, path)
      this.#onUse(name)
    } catch (error) {
      await rm(temporary, { force: true })
      throw diskFailure(error, temporary)
    }
  }
}

/** A record's name: the sha256 of its key, in hexadecimal. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Bytes from which another thread compresses a record: to ask it takes longer for less. */
const worthAThread = 64 * 1024

/** Bytes of a record's first line. */
const headLength = 65

/** A record's bytes. A text may have megabytes: it is made bytes of once, and these are freed at once. */
async function packed(key: string, text: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(headLength + Buffer.byteLength(text))
  const body = bytes.subarray(headLength)
  body.write(text)
  bytes.write(head(key, body), 'latin1')
  const options = { level: 1 }
  const made = bytes.length > worthAThread ? await zipped(bytes, options) : gzipSync(bytes, options)
  giveBack(bytes)
  return made
}

/** The first line: a checksum that covers the key too, so that a record moved to another key's place is not believed. */
function head(key: string, body: Uint8Array): string {
  return `${createHash('sha256').update(key).update('\0').update(body).digest('hex')}\n`
}

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { diskFailure } from './failure.ts'

/** Largest text of a record, unpacked: a listing of a million files stays below it. */
const maxText = 512 * 2 ** 20

/**
 * Small texts kept under a key that says everything their content depends on: gzip, with a checksum of its own in the
 * first line, in `records/ab/abcd…` by the key's sha256. A damaged record counts as missing.
 */
export class Records {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async get(key: string): Promise<string | undefined> {
    const path = this.#path(key)
    try {
      const text = gunzipSync(await readFile(path), { maxOutputLength: maxText }).toString('utf8')
      const end = text.indexOf('\n')
      const body = text.slice(end + 1)
      if (text.slice(0, end) !== checksum(key, body)) throw new Error('damaged')
      const now = new Date()
      await utimes(path, now, now).catch(() => undefined)
      return body
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        await rm(path, { force: true }).catch(() => undefined)
      return undefined
    }
  }

  async put(key: string, text: string): Promise<void> {
    const path = this.#path(key)
    const temporary = join(this.#root, 'tmp', `record-${process.pid}-${randomBytes(6).toString('hex')}`)
    try {
      await mkdir(dirname(path), { recursive: true })
      await mkdir(dirname(temporary), { recursive: true })
      await writeFile(temporary, gzipSync(`${checksum(key, text)}\n${text}`, { level: 1 }))
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw diskFailure(error, temporary)
    }
  }

  #path(key: string): string {
    const hex = createHash('sha256').update(key).digest('hex')
    return join(this.#root, 'records', hex.slice(0, 2), hex)
  }
}

/** Covers the key too, so that a record moved to another key's place is not believed. */
function checksum(key: string, text: string): string {
  return createHash('sha256').update(key).update('\0').update(text).digest('hex')
}

import { type CipherGCM, createCipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../image/digest.ts'
import { type Check, sha256Check } from '../check.ts'
import { Records } from './records.ts'

/** Bytes from which knowing a blob again takes less time than its digest. */
const worthIt = 1 << 20

const [keyLength, nonceLength, tagLength] = [32, 12, 16] as const

/** Makes the seal of a blob whose bytes go by. */
export interface Sealer {
  update(chunk: Uint8Array): void
  /** To be called once, with the digest that these bytes were found to have. */
  keep(digest: Digest, size: number): Promise<void>
}

/**
 * Knows bytes again that were once checked against their digest, in a twentieth of the time: by an authentication
 * code of them (GMAC, NIST SP 800-38D) under a key that this store alone has. Bytes that changed since, by accident or
 * by someone without the key, are as sure to be found as by the digest. A store that cannot keep codes does without.
 */
export class Seals {
  readonly #root: string
  readonly #records: Records
  #key: Promise<Buffer | undefined> | undefined

  constructor(root: string) {
    this.#root = root
    this.#records = new Records(root)
  }

  /** A check of bytes that are said to be a digest's: by their seal where there is one, else to be sealed. */
  async checkOf(digest: Digest, size: number): Promise<Check> {
    const key = size < worthIt ? undefined : await this.#ownKey()
    if (key === undefined) return sha256Check()
    const seal = await this.#records.get(recordOf(digest, key))
    if (seal !== undefined) return sealCheck(digest, Buffer.from(seal, 'base64'), key)
    const [check, sealer] = [sha256Check(), this.#sealerWith(key)]
    return {
      update(chunk) {
        check.update(chunk)
        sealer.update(chunk)
      },
      async end() {
        const found = await check.end()
        if (found === digest) await sealer.keep(digest, size)
        return found
      },
    }
  }

  async sealer(): Promise<Sealer> {
    const key = await this.#ownKey()
    return key === undefined ? noSealer : this.#sealerWith(key)
  }

  #sealerWith(key: Buffer): Sealer {
    const nonce = randomBytes(nonceLength)
    const code = codeOf(key, nonce)
    return {
      update: (chunk) => void code.setAAD(chunk),
      keep: async (digest, size) => {
        if (size < worthIt) return
        const seal = Buffer.concat([nonce, tagOf(code)]).toString('base64')
        // Without it the digest is taken again, which always does.
        await this.#records.put(recordOf(digest, key), seal).catch(() => undefined)
      },
    }
  }

  #ownKey(): Promise<Buffer | undefined> {
    return (this.#key ??= readKey(join(this.#root, 'seal-key')).catch(() => undefined))
  }
}

const noSealer: Sealer = { update: () => undefined, keep: () => Promise.resolve() }

function sealCheck(digest: Digest, seal: Buffer, key: Buffer): Check {
  const nonce = seal.subarray(0, nonceLength)
  const tag = seal.subarray(nonceLength)
  const code = codeOf(key, nonce)
  return {
    update: (chunk) => void code.setAAD(chunk),
    end: () => Promise.resolve(timingSafeEqual(tagOf(code), tag) ? digest : undefined),
  }
}

/** GMAC is AES-GCM of nothing: what it authenticates is given as additional data. */
function codeOf(key: Buffer, nonce: Buffer): CipherGCM {
  return createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
}

function tagOf(code: CipherGCM): Buffer {
  code.final()
  return code.getAuthTag()
}

/** The store's key, which is made when it is first asked for; of two that are made at once one is everybody's. */
async function readKey(path: string): Promise<Buffer | undefined> {
  const known = await readFile(path).catch(() => undefined)
  if (known !== undefined) return known.length === keyLength ? known : undefined
  const beside = `${path}-${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await writeFile(beside, randomBytes(keyLength), { mode: 0o600, flag: 'wx' })
    await link(beside, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
  } finally {
    await rm(beside, { force: true })
  }
  const key = await readFile(path)
  return key.length === keyLength ? key : undefined
}

/** The key is named: a seal that was made with another says nothing. */
function recordOf(digest: Digest, key: Buffer): string {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return `seal-1|${name}|${digest}`
}

import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DamagedBlob } from './blobs.ts'
import { headerLength, parseHeader, type Piece, prefixBytes } from './pack-header.ts'
import type { Store } from './store.ts'

export interface Unpacked {
  /** Pieces that are in the store now, whether they were before or not. */
  readonly pieces: number
  /** Pieces whose bytes were wrong or missing: they are not in the store. */
  readonly damaged: number
}

const none: Unpacked = { pieces: 0, damaged: 1 }

/**
 * Puts the pieces of a pack into the store, each only when its bytes are what its name says; what is there already
 * stays. A pack may have been written by anyone, and may end anywhere: what is wrong in it is passed over.
 */
export async function unpack(file: string, store: Store): Promise<Unpacked> {
  const input = await open(file)
  try {
    const length = headerLength(await read(input, 0, prefixBytes))
    const pieces =
      length === undefined ? undefined : parseHeader((await read(input, prefixBytes, length)).toString())
    if (!pieces) return none
    const { size } = await input.stat()
    let at = prefixBytes + (length ?? 0)
    let damaged = 0
    for (const piece of pieces) {
      // Nothing of a piece that is not all there is worth reading.
      const whole = at + piece.size <= size
      const good =
        whole &&
        (piece.kind === 'blob'
          ? await takeBlob(input, at, piece, store)
          : await takeRecord(input, at, piece, store))
      if (!good) damaged += 1
      at += piece.size
    }
    return { pieces: pieces.length - damaged, damaged }
  } finally {
    await input.close()
  }
}

async function takeBlob(
  input: FileHandle,
  at: number,
  { name, size }: Piece & { kind: 'blob' },
  store: Store,
): Promise<boolean> {
  if (await store.blobs.has(name, size)) return true
  const writer = await store.blobs.create()
  const buffer = Buffer.allocUnsafeSlow(Math.min(1 << 20, Math.max(1, size)))
  try {
    for (let done = 0; done < size;) {
      const { bytesRead } = await input.read(buffer, 0, Math.min(buffer.length, size - done), at + done)
      if (bytesRead === 0) break
      await writer.write(buffer.subarray(0, bytesRead))
      done += bytesRead
    }
    await writer.commit(name)
    return true
  } catch (error) {
    await writer.abort()
    if (error instanceof DamagedBlob) return false
    throw error
  }
}

/** Its own checksum, which covers its key, is looked at when it is read. */
async function takeRecord(
  input: FileHandle,
  at: number,
  { name, size, sha256 }: Piece & { kind: 'record' },
  store: Store,
): Promise<boolean> {
  const path = store.records.path(name)
  if (await isThere(path)) return true
  const bytes = await read(input, at, size)
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return false
  const temporary = join(store.root, 'tmp', `record-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, bytes)
    await rename(temporary, path)
    return true
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** At most `length` bytes; fewer where the file ends before. */
async function read(input: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await input.read(buffer, 0, length, at)
  return buffer.subarray(0, bytesRead)
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

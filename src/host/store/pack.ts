import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import type { Digest } from '../../image/digest.ts'
import type { KeepSet } from './keep.ts'
import { type Piece, renderHeader } from './pack-header.ts'
import type { Store } from './store.ts'

export interface Packed {
  /** Of the file. */
  readonly bytes: number
  readonly pieces: number
  /** Bytes of the blobs that there was no room for. */
  readonly left: number
}

/**
 * Writes parts of a store into one file: all records, then blobs from the smallest on while there is room. What is
 * gone from the store is not in it. The blobs are not checked: whoever unpacks them does that.
 */
export async function writePack(store: Store, set: KeepSet, file: string, maxBytes: number): Promise<Packed> {
  const records: (Piece & { kind: 'record' })[] = []
  let bytes = 0
  for (const name of set.records) {
    const content = await readFile(store.records.path(name)).catch(() => undefined)
    if (!content) continue
    records.push({ kind: 'record', name, size: content.length, sha256: hexOf(content) })
    bytes += content.length
  }
  const blobs: (Piece & { kind: 'blob' })[] = []
  let left = 0
  for (const [name, size] of [...set.blobs].sort(([, a], [, b]) => a - b)) {
    if (!(await isHere(store, name, size))) continue
    if (bytes + size > maxBytes) left += size
    else {
      blobs.push({ kind: 'blob', name, size })
      bytes += size
    }
  }
  const pieces = [...records, ...blobs]
  const header = renderHeader(pieces)
  const output = await open(file, 'wx')
  try {
    await output.write(header)
    for (const piece of pieces) await append(store, piece, output)
  } finally {
    await output.close()
  }
  return { bytes: header.length + bytes, pieces: pieces.length, left }
}

async function append(store: Store, piece: Piece, output: FileHandle): Promise<void> {
  const path = piece.kind === 'blob' ? store.blobs.path(piece.name) : store.records.path(piece.name)
  let written = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    written += (await output.write(chunk)).bytesWritten
  }
  // Another build put it anew in the meantime: all that follows would be misplaced.
  if (written !== piece.size) throw new Error(`${path} changed while it was packed`)
}

async function isHere(store: Store, digest: Digest, size: number): Promise<boolean> {
  const found = await stat(store.blobs.path(digest)).catch(() => undefined)
  return found?.size === size
}

function hexOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

import { decompress } from '../../host/layers/decompress.ts'
import { DamagedBlob, drain } from '../../host/store/blobs.ts'
import type { Store } from '../../host/store/store.ts'
import type { OpenOptions } from '../../image/source.ts'
import { encodeHeader } from '../../tar/writer.ts'
import type { Part } from './part.ts'
import { entry } from './source.ts'

/** The compressed bytes of a part's content, out of its verified blob. */
export async function* readRange(
  store: Store,
  part: Part,
  options?: OpenOptions,
): AsyncGenerator<Uint8Array> {
  const { start, end } = part.content
  let at = 0
  // The whole blob is read, though a range is wanted: its digest covers all of it.
  for await (const chunk of store.blobs.read(part.blob.digest, options)) {
    const from = Math.max(start - at, 0)
    const to = Math.min(end - at, chunk.length)
    if (from < to) yield chunk.subarray(from, to)
    at += chunk.length
  }
}

/**
 * The tar bytes of a part's content, whose compressed bytes go to `write` on the way. Throws DamagedBlob when the
 * part's blob is not what it was.
 */
export async function* copiedTar(
  store: Store,
  part: Part,
  write: (bytes: Uint8Array) => Promise<void>,
  options: OpenOptions,
): AsyncGenerator<Uint8Array> {
  async function* copied(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readRange(store, part, options)) {
      await write(chunk)
      yield chunk
    }
  }
  try {
    const { tar } = await decompress(copied())
    yield* tar
  } catch (error) {
    // Damage is met by the decompressor before the blob was read to its end, where its digest tells.
    if (!(error instanceof DamagedBlob)) await drain(store.blobs.read(part.blob.digest))
    throw error
  }
}

/**
 * The tar bytes of a part's content without some of its entries; where they lie follows from the entries. Throws
 * DamagedBlob at the end when the part's blob is not what it was.
 */
export async function* partTarWithout(
  store: Store,
  part: Part,
  excluded: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  const keep: { start: number; end: number }[] = []
  let offset = 0
  for (const { path, type, size, mode, linkname } of part.entries) {
    const header = encodeHeader(
      entry(path, type, { size, mode, ...(linkname === undefined ? {} : { linkname }) }),
    )
    const length = header.length + Math.ceil(size / 512) * 512
    if (!excluded.has(path)) keep.push({ start: offset, end: offset + length })
    offset += length
  }
  let at = 0
  let span = 0
  const { tar } = await decompress(readRange(store, part))
  for await (const chunk of tar) {
    while (span < keep.length) {
      const { start, end } = keep[span] ?? { start: 0, end: 0 }
      const from = Math.max(start - at, 0)
      const to = Math.min(end - at, chunk.length)
      if (from < to) yield chunk.subarray(from, to)
      if (end > at + chunk.length) break
      span += 1
    }
    at += chunk.length
  }
}

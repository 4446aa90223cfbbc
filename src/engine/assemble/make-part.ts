import { createHash } from 'node:crypto'
import type { Digest } from '../../image/digest.ts'
import type { ListedEntry } from '../../image/listing.ts'
import type { BlobWriter } from '../../host/store/blobs.ts'
import type { Store } from '../../host/store/store.ts'
import { endOfArchive } from '../../tar/writer.ts'
import type { Collected } from './collect.ts'
import { compress, type Lanes } from './compress.ts'
import type { LayerCompression } from './packer.ts'
import type { Part } from './part.ts'
import { entry, type Source, tarBytes } from './source.ts'

/** Bytes from which a distribution gets a layer of its own, where there is room for one. */
export const heavyBytes = 4e6

/** Compresses a distribution into the store: as a whole layer when it is heavy, else as a piece of one. */
export async function makePart(
  collected: Collected,
  store: Store,
  compression: LayerCompression,
  lanes: Lanes,
  mayBeHeavy = true,
): Promise<Part> {
  const heavy = mayBeHeavy && collected.bytes >= heavyBytes
  const hash = heavy ? createHash('sha256') : undefined
  const writer = await store.blobs.create()
  const write = (bytes: Uint8Array): Promise<void> => writer.write(bytes)
  const add = (chunks: Iterable<Uint8Array>): Promise<void> =>
    compress(hash ? hashed(chunks, (chunk) => hash.update(chunk)) : chunks, compression, lanes, write)
  try {
    if (heavy) await add(tarBytes(directorySources(collected.directories)))
    const start = writer.size
    await add(tarBytes(collected.sources))
    const end = writer.size
    if (heavy) await add([endOfArchive])
    const blob = await writer.commit()
    return {
      name: collected.name,
      version: collected.version,
      directories: [...collected.directories],
      entries: collected.sources.map((source) => listed(source)),
      texts: { ...collected.texts },
      blob,
      content: { start, end },
      ...(hash ? { diffId: `sha256:${hash.digest('hex')}` as Digest } : {}),
      hashes: { ...collected.hashes },
    }
  } catch (error) {
    await abortQuietly(writer)
    throw error
  }
}

/** Directories, once each, as a layer starts with them. */
export function directorySources(directories: Iterable<string>): Source[] {
  return [...directories].map((path) => ({ entry: entry(path, 'directory') }))
}

export function listed({ entry: { path, type, size, mode, linkname } }: Source): ListedEntry {
  return { path, type, size, mode, ...(linkname === undefined ? {} : { linkname }) }
}

/** Passes chunks on, and shows each to `see` first. */
export function* hashed(
  chunks: Iterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
): Generator<Uint8Array> {
  for (const chunk of chunks) {
    see(chunk)
    yield chunk
  }
}

async function abortQuietly(writer: BlobWriter): Promise<void> {
  await writer.abort().catch(() => undefined)
}

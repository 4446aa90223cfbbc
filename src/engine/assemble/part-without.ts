import { createHash } from 'node:crypto'
import { compress } from './compress.ts'
import { compressionVersion } from './packer.ts'
import { keptPart } from './kept-part.ts'
import type { LayerContext } from './layer.ts'
import type { Part } from './part.ts'
import { partTarWithout } from './part-bytes.ts'

/** The same part without the paths that are another's. */
export async function withoutPaths(
  part: Part,
  excluded: ReadonlySet<string>,
  context: LayerContext,
): Promise<Part> {
  const { store, compression, lanes } = context
  const list = createHash('sha256')
    .update([...excluded].sort().join('\0'))
    .digest('hex')
  const key = JSON.stringify([
    'part-without-1',
    compressionVersion,
    compression,
    part.blob,
    part.content,
    list,
  ])
  const kept = await keptPart(key, store)
  if (kept) return kept
  const writer = await store.blobs.create()
  try {
    await compress(partTarWithout(store, part, excluded), compression, lanes, (chunk) => writer.write(chunk))
    const blob = await writer.commit()
    const { name, version, directories, texts, hashes } = part
    const smaller: Part = {
      name,
      version,
      directories,
      texts,
      hashes,
      entries: part.entries.filter(({ path }) => !excluded.has(path)),
      blob,
      content: { start: 0, end: blob.size },
    }
    await store.records.put(key, JSON.stringify(smaller))
    return smaller
  } catch (error) {
    await writer.abort()
    throw error
  }
}

import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import { BufferRing } from '../../host/file-chunks.ts'
import { giveBack } from '../../host/layers/decompress.ts'
import type { Store } from '../../host/store/store.ts'
import { type Digest, isDigest } from '../../image/digest.ts'
import type { LayerListing } from '../../image/listing.ts'
import type { Descriptor } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import { keepListing } from '../listings.ts'
import { endOfArchive } from '../../tar/writer.ts'
import { compress, type Lanes } from './compress.ts'
import { compressionVersion, type LayerCompression } from './packer.ts'
import { directorySources, hashed, listed } from './make-part.ts'
import type { Part } from './part.ts'
import { copiedTar } from './part-bytes.ts'
import { type Source, tarBytes } from './source.ts'

/** A layer that was made here. Its listing is kept as well, so that measuring it reads nothing again. */
export interface AssembledLayer {
  readonly descriptor: Descriptor
  readonly diffId: Digest
  /** For people, in the image's history. */
  readonly createdBy: string
}

export interface LayerContext {
  readonly store: Store
  readonly compression: LayerCompression
  readonly lanes: Lanes
}

const recordSchema = v.object({
  digest: v.custom<Digest>(isDigest),
  size: v.pipe(v.number(), v.safeInteger()),
  diffId: v.custom<Digest>(isDigest),
})
type LayerRecord = v.InferOutput<typeof recordSchema>

/** The layer of one heavy distribution: its blob as it is kept. */
export async function heavyLayer(part: Part, diffId: Digest, context: LayerContext): Promise<AssembledLayer> {
  const record = { ...part.blob, diffId }
  const directories = directorySources(part.directories).map(listed)
  await keep(record, [...directories, ...part.entries], part.texts, context)
  return assembled(record, `${part.name} ${part.version}`, context)
}

/**
 * One layer of many distributions: `head` first (directories and what belongs to none of them), then each
 * distribution's kept bytes as they are. Only the digests over the whole are computed, unless it was kept too. The
 * head is read twice; throws Failure when a file in it changed in between.
 */
export async function sharedLayer(
  head: readonly Source[],
  parts: readonly Part[],
  createdBy: string,
  context: LayerContext,
): Promise<AssembledLayer> {
  const { store, compression, lanes } = context
  const headHash = createHash('sha256')
  for (const chunk of tarBytes(head)) headHash.update(chunk)
  const headDigest = headHash.digest('hex')
  const pieces = parts.map(({ blob, content }) => `${blob.digest}:${content.start}-${content.end}`)
  const key = ['shared-layer', compressionVersion, compression, headDigest, ...pieces].join('|')
  const kept = await keptLayer(store, key)
  if (kept) return assembled(kept, createdBy, context)

  const diff = createHash('sha256')
  const writer = await store.blobs.create()
  const write = (bytes: Uint8Array): Promise<void> => writer.write(bytes)
  const see = (chunk: Uint8Array): void => void diff.update(chunk)
  try {
    await compress(hashed(tarBytes(head), see), compression, lanes, write)
    // Or other bytes would be kept under the key of what was there a moment ago.
    if (diff.copy().digest('hex') !== headDigest) throw filesChanged()
    const buffers = new BufferRing()
    for (const part of parts) {
      for await (const chunk of copiedTar(store, part, write, { buffers })) {
        see(chunk)
        giveBack(chunk)
      }
    }
    await compress(hashed([endOfArchive], see), compression, lanes, write)
    const blob = await writer.commit()
    const record: LayerRecord = { ...blob, diffId: `sha256:${diff.digest('hex')}` as Digest }
    const entries = [...head.map(listed), ...parts.flatMap((part) => part.entries)]
    const texts = Object.assign({}, ...parts.map((part) => part.texts)) as Record<string, string>
    await Promise.all([keep(record, entries, texts, context), store.records.put(key, JSON.stringify(record))])
    return assembled(record, createdBy, context)
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function filesChanged(): Failure {
  return new Failure('build', 'a file of the project changed while it was being read', {
    hint: 'build again when nothing writes to it, or leave it out with .dockerignore',
  })
}

async function keptLayer(store: Store, key: string): Promise<LayerRecord | undefined> {
  const text = await store.records.get(key)
  const parsed = text === undefined ? undefined : v.safeParse(recordSchema, JSON.parse(text))
  if (!parsed?.success) return undefined
  return (await store.blobs.has(parsed.output.digest, parsed.output.size)) ? parsed.output : undefined
}

function keep(
  { digest, size, diffId }: LayerRecord,
  entries: LayerListing['entries'],
  texts: LayerListing['texts'],
  { store, compression }: LayerContext,
): Promise<void> {
  return keepListing(store, digest, { diffId, download: size, compression, entries, texts, versions: {} })
}

function assembled(
  { digest, size, diffId }: LayerRecord,
  createdBy: string,
  { compression }: LayerContext,
): AssembledLayer {
  const mediaType = compression === 'gzip' ? mediaTypes.ociLayerGzip : mediaTypes.ociLayerZstd
  return { descriptor: { mediaType, digest, size }, diffId, createdBy }
}

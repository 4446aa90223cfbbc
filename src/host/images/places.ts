import { createReadStream } from 'node:fs'
import { Failure } from '../../failure.ts'
import type { Digest } from '../../image/digest.ts'
import type { Descriptor } from '../../image/manifest.ts'
import type { BlobReader, OpenOptions } from '../../image/source.ts'
import { BufferRing, lentChunks } from '../file-chunks.ts'
import { sizeFailure } from '../registry/failures.ts'
import { verified } from '../registry/verified.ts'
import type { Seals } from '../store/seals.ts'
import { type DocumentSource, collect } from './documents.ts'

/** Bytes of a file that are a blob: all of it in a layout, an entry of it in an archive. */
export interface Place {
  readonly path: string
  readonly start: number
  readonly size: number
  /** The blob is the whole file. */
  readonly whole: boolean
}

/** Where a digest's blob is; undefined when it is not there. */
export type FindPlace = (digest: Digest) => Promise<Place | undefined>

/** The bytes of a place, in chunks. */
export function readPlace(
  { path, start, size }: Place,
  { buffers }: OpenOptions = {},
): AsyncIterable<Uint8Array> {
  if (size === 0) return nothing()
  if (buffers) return lentChunks(path, buffers, { start, end: start + size })
  return createReadStream(path, { start, end: start + size - 1, highWaterMark: 1 << 18 })
}

/** Blobs that lie in files of this machine, verified as they are read. */
export function placedBlobs(find: FindPlace, name: string, seals?: Seals): BlobReader & DocumentSource {
  const sound = new Map<Digest, Promise<string | undefined>>()
  async function* open(descriptor: Descriptor, options?: OpenOptions): AsyncGenerator<Uint8Array> {
    const place = await find(descriptor.digest)
    const what = `${name}, blob ${descriptor.digest}`
    if (!place) {
      throw new Failure('build', `${what} is missing`, {
        hint: descriptor.urls?.length
          ? 'it is a foreign layer, which images do not carry; name a base without one'
          : 'the image is incomplete; save or copy it again',
      })
    }
    if (place.size !== descriptor.size) throw sizeFailure(what, descriptor.size, place.size)
    const check = await seals?.checkOf(descriptor.digest, descriptor.size)
    yield* verified(readPlace(place, options), descriptor, what, check)
  }
  return {
    name,
    open,
    async has({ digest }) {
      return (await find(digest)) !== undefined
    },
    read: (descriptor, limit) => collect(open(descriptor), descriptor, limit, name),
    async file(descriptor) {
      const known = sound.get(descriptor.digest) ?? soundFile(descriptor, find, open)
      sound.set(descriptor.digest, known)
      return known
    },
  }
}

/** A file that holds exactly this blob, once all of it has been read and verified. */
async function soundFile(
  descriptor: Descriptor,
  find: FindPlace,
  open: BlobReader['open'],
): Promise<string | undefined> {
  const place = await find(descriptor.digest)
  if (place?.whole !== true) return undefined
  await drain(open(descriptor, { buffers: new BufferRing() }))
  return place.path
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while (!(await iterator.next()).done);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A blob without bytes has no chunk.
}

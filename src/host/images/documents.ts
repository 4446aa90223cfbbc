import { Failure } from '../../failure.ts'
import type { Descriptor } from '../../image/manifest.ts'

/** Bytes that a manifest or an index may have; registries refuse larger ones. */
export const maxManifestBytes = 4 * 1024 * 1024
/** Bytes that an image's config may have. */
export const maxConfigBytes = 8 * 1024 * 1024

/** Where the small documents of images come from: manifests, indexes, configs. */
export interface DocumentSource {
  /** As a user would name it, for messages. */
  readonly name: string
  /** Whether it is here. An archive may hold one platform of an index that names many. */
  has(descriptor: Descriptor): Promise<boolean>
  /** A document's verified bytes; throws Failure for one over `limit` bytes. */
  read(descriptor: Descriptor, limit: number): Promise<Uint8Array>
}

/** All bytes of a verified stream whose descriptor says at most `limit`; throws Failure for more. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  limit: number,
  where: string,
): Promise<Uint8Array> {
  if (size > limit) {
    throw new Failure('build', `${where}: document ${digest} has ${size} bytes, over the limit of ${limit}`, {
      hint: 'no real image has one of this size; check where it comes from',
    })
  }
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** JSON from bytes; throws Failure that names the place. */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new Failure('build', `${where} is not JSON`, {
      hint: 'it is damaged, or no container image; get it again',
      cause,
    })
  }
}

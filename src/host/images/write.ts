import { Failure } from '../../failure.ts'
import type { Digest } from '../../image/digest.ts'
import { formatPlatform } from '../../image/platform.ts'
import { type ImageReference, formatImageReference } from '../../image/reference.ts'
import type { Image } from '../../image/source.ts'
import { checkArchivePlace, checkLayoutPlace, writeFileBeside } from './beside.ts'
import { bundle } from './bundle.ts'
import { BufferRing } from '../file-chunks.ts'
import { writeAll } from './chunks.ts'
import type { ImageContext } from './context.ts'
import { refuseMissing } from './foreign.ts'
import { loadIntoDaemon } from './load.ts'
import { parseNames } from './names.ts'
import type { OnWriteProgress } from './progress.ts'
import { pushBundle } from './push.ts'
import { renderArchive } from './write-archive.ts'
import { writeLayout } from './write-layout.ts'

export interface WriteOptions {
  readonly context: ImageContext
  /** More full names for the image, as `example:1` or `example.invalid/a/b:1`. */
  readonly tags?: readonly string[]
  readonly onProgress?: OnWriteProgress | undefined
}

/**
 * Writes one image, or one for each of several platforms under one index, and gives the digest that the name then
 * stands for. What was there is replaced when all of the new is there, and stays as it was on any error. Throws
 * Failure.
 */
export async function writeImage(
  images: readonly Image[],
  to: ImageReference,
  { context, tags = [], onProgress: tell }: WriteOptions,
): Promise<{ readonly digest: Digest }> {
  const parts = bundle(images)
  // Told with every chunk, so this is where an interrupt is noticed.
  const onProgress: OnWriteProgress = (progress) => {
    context.signal?.throwIfAborted()
    tell?.(progress)
  }
  switch (to.transport) {
    case 'oci':
      await writeLayout(parts, to.path, to.tag, parseNames(tags), onProgress)
      break
    case 'oci-archive':
      await writeArchive(
        to.path,
        renderArchive(parts, to.tag, parseNames(tags), onProgress, { buffers: new BufferRing() }),
      )
      break
    case 'docker-archive': {
      refuseSeveral(images, to)
      await refuseMissing(parts.layers, formatImageReference(to))
      const names = parseNames([...(to.tag === undefined ? [] : [to.tag]), ...tags])
      await writeArchive(
        to.path,
        renderArchive(parts, undefined, names, onProgress, { buffers: new BufferRing() }),
      )
      break
    }
    case 'docker-daemon': {
      refuseSeveral(images, to)
      await refuseMissing(parts.layers, formatImageReference(to))
      const names = parseNames([to.name, ...tags])
      const archive = renderArchive(parts, undefined, names, onProgress)
      await loadIntoDaemon(archive, formatImageReference(to), context)
      break
    }
    case 'docker':
      await pushBundle(parts, [to, ...parseNames(tags)], context, onProgress)
      break
  }
  return { digest: parts.root.descriptor.digest }
}

/** Throws Failure for a place that an image cannot be written to, as far as it can be known before there is one. */
export async function checkDestination(to: ImageReference): Promise<void> {
  switch (to.transport) {
    case 'oci':
      return checkLayoutPlace(to.path)
    case 'oci-archive':
    case 'docker-archive':
      return checkArchivePlace(to.path)
    case 'docker-daemon':
    case 'docker':
      return
  }
}

async function writeArchive(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await writeFileBeside(path, (file) => writeAll(file, chunks))
}

/** Docker's own archive format has no place for platforms. */
function refuseSeveral(images: readonly Image[], to: ImageReference): void {
  if (images.length <= 1) return
  const platforms = images.map(({ platform }) => formatPlatform(platform)).join(', ')
  throw new Failure('usage', `${formatImageReference(to)} holds one platform, not ${platforms}`, {
    hint: 'write oci-archive:FILE or oci:DIR, push to docker://, or choose one platform',
  })
}

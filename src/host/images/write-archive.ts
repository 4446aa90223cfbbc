import { renderManifest } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import type { RepositoryReference } from '../../image/reference.ts'
import type { OpenOptions } from '../../image/source.ts'
import { encodeHeader, endOfArchive, padding } from '../../tar/writer.ts'
import type { Bundle } from './bundle.ts'
import { layersAtHand } from './foreign.ts'
import { blobPath } from './layout.ts'
import { familiarName, namedDescriptors } from './names.ts'
import { type OnWriteProgress, told } from './progress.ts'
import { layoutMarker } from './write-layout.ts'

/**
 * An archive of an OCI layout; with one image it has `docker save`'s `manifest.json` too, so that either of Docker's
 * image stores loads it, unless a foreign layer is not at hand. The same images and names are the same bytes.
 */
export async function* renderArchive(
  { root, images, configs, layers }: Bundle,
  tag: string | undefined,
  names: readonly RepositoryReference[],
  onProgress?: OnWriteProgress,
  options?: OpenOptions,
): AsyncGenerator<Uint8Array> {
  const here = await layersAtHand(layers)
  const manifests = namedDescriptors(root.descriptor, tag, names)
  const index = renderManifest({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
  yield* smallFile('oci-layout', layoutMarker)
  yield* smallFile('index.json', index)
  const [only, another] = images
  if (only && !another && here.length === layers.length) {
    const { config, layers: own } = only.image.manifest
    const listed = {
      Config: blobPath(config.digest),
      RepoTags: names.length === 0 ? null : names.map(familiarName),
      Layers: own.map(({ digest }) => blobPath(digest)),
    }
    yield* smallFile('manifest.json', JSON.stringify([listed]))
  }
  yield encodeHeader({ ...entry('blobs', 0), type: 'directory', mode: 0o755 })
  yield encodeHeader({ ...entry('blobs/sha256', 0), type: 'directory', mode: 0o755 })
  const documents = [root, ...images.map(({ manifest }) => manifest), ...configs]
  const written = new Set<string>()
  for (const { descriptor, bytes } of documents) {
    if (!written.has(descriptor.digest)) yield* smallFile(blobPath(descriptor.digest), bytes)
    written.add(descriptor.digest)
  }
  for (const { descriptor, image } of here) {
    const { digest, size } = descriptor
    yield encodeHeader(entry(blobPath(digest), size))
    yield* told(image.blobs.open(descriptor, options), descriptor, onProgress)
    yield padding(size)
    onProgress?.({ digest, size, bytes: size, arrival: 'copied' })
  }
  yield endOfArchive
}

function* smallFile(path: string, content: string | Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(content)
  yield encodeHeader(entry(path, bytes.length))
  yield bytes
  yield padding(bytes.length)
}

function entry(path: string, size: number): Parameters<typeof encodeHeader>[0] {
  return { path, type: 'file', size, mode: 0o644, uid: 0, gid: 0, mtime: 0 }
}

import { constants, copyFile, link, mkdir, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { renderManifest } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import type { RepositoryReference } from '../../image/reference.ts'
import { BufferRing } from '../file-chunks.ts'
import { writeLayoutBeside } from './beside.ts'
import type { Bundle, BundledLayer } from './bundle.ts'
import { writeAll } from './chunks.ts'
import { blobPath } from './layout.ts'
import { layersAtHand } from './foreign.ts'
import { inTurns } from './in-turns.ts'
import { namedDescriptors } from './names.ts'
import { type Arrival, type OnWriteProgress, told } from './progress.ts'

/** The file that makes a folder a layout (OCI image spec, image-layout.md). */
export const layoutMarker = JSON.stringify({ imageLayoutVersion: '1.0.0' })

const atOnce = 4

/** Writes an OCI layout; blobs that lie in files of the same disk are hard-linked. Throws Failure. */
export async function writeLayout(
  { root, images, configs, layers }: Bundle,
  path: string,
  tag: string | undefined,
  names: readonly RepositoryReference[],
  onProgress?: OnWriteProgress,
): Promise<void> {
  await writeLayoutBeside(path, async (folder) => {
    await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
    const documents = [...configs, ...images.map(({ manifest }) => manifest), root]
    for (const { descriptor, bytes } of documents) {
      await writeFile(join(folder, blobPath(descriptor.digest)), bytes)
    }
    await inTurns(await layersAtHand(layers), atOnce, async (layer) => {
      const { digest, size } = layer.descriptor
      const arrival = await placeLayer(layer, join(folder, blobPath(digest)), onProgress)
      onProgress?.({ digest, size, bytes: size, arrival })
    })
    const manifests = namedDescriptors(root.descriptor, tag, names)
    const index = renderManifest({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
    await writeFile(join(folder, 'index.json'), index)
    await writeFile(join(folder, 'oci-layout'), layoutMarker)
  })
}

async function placeLayer(
  { descriptor, image }: BundledLayer,
  to: string,
  onProgress: OnWriteProgress | undefined,
): Promise<Arrival> {
  const from = await image.blobs.file?.(descriptor)
  if (from !== undefined) {
    const { size } = await stat(from)
    if (size !== descriptor.size) {
      throw new Failure(
        'build',
        `${from} has ${size} bytes, and blob ${descriptor.digest} ${descriptor.size}`,
      )
    }
    if (await linked(from, to)) return 'linked'
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    return 'copied'
  }
  const file = await open(to, 'wx')
  try {
    await writeAll(
      file,
      told(image.blobs.open(descriptor, { buffers: new BufferRing() }), descriptor, onProgress),
    )
  } finally {
    await file.close()
  }
  return 'copied'
}

/** Whether a hard link could be made: not to another disk, and not on every file system. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) return false
    throw error
  }
}

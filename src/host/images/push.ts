import { Failure } from '../../failure.ts'
import { type RepositoryReference, formatRepositoryReference } from '../../image/reference.ts'
import { sameRegistry } from '../registry/endpoint.ts'
import { type ManifestDocument, pushManifest } from '../registry/manifests.ts'
import type { Session } from '../registry/session.ts'
import { bodyOf } from '../registry/tokens.ts'
import { pushBlob } from '../registry/upload.ts'
import type { Bundle, BundledDocument, BundledLayer } from './bundle.ts'
import type { ImageContext } from './context.ts'
import { isForeign } from './foreign.ts'
import { inTurns } from './in-turns.ts'
import { type OnWriteProgress, told } from './progress.ts'

const atOnce = 4

/** Pushes images under all their names: blobs, then manifests, then what the tags name. Throws Failure. */
export async function pushBundle(
  parts: Bundle,
  names: readonly RepositoryReference[],
  context: ImageContext,
  onProgress?: OnWriteProgress,
): Promise<void> {
  for (const name of names) {
    if (name.digest !== undefined) {
      throw new Failure(
        'usage',
        `${formatRepositoryReference(name)} cannot be pushed to: it names a digest`,
        { hint: 'name a tag; the digest follows from what is pushed' },
      )
    }
  }
  const repositories = new Map(names.map((name) => [`${name.registry}/${name.repository}`, name]))
  const done: RepositoryReference[] = []
  for (const target of repositories.values()) {
    const { registry, repository } = target
    const session = context.registries.session(registry)
    const pushed = done.find((other) => sameRegistry(other.registry, registry))
    const layers = parts.layers.filter(({ descriptor }) => !isForeign(descriptor))
    await inTurns(layers, atOnce, (layer) => pushLayer(session, repository, layer, pushed, onProgress))
    await inTurns(parts.configs, atOnce, async ({ descriptor, bytes }) => {
      await pushBlob(session, repository, { descriptor, open: () => bodyOf(bytes).open() })
    })
    if (parts.images.length > 1) {
      await inTurns(parts.images, atOnce, ({ manifest }) =>
        pushManifest(session, repository, manifest.descriptor.digest, documentOf(manifest)),
      )
    }
    for (const name of names) {
      if (name.registry !== registry || name.repository !== repository) continue
      await pushManifest(
        session,
        repository,
        name.tag ?? parts.root.descriptor.digest,
        documentOf(parts.root),
      )
    }
    done.push(target)
  }
}

async function pushLayer(
  session: Session,
  repository: string,
  { descriptor, image }: BundledLayer,
  pushed: RepositoryReference | undefined,
  onProgress: OnWriteProgress | undefined,
): Promise<void> {
  const { digest, size } = descriptor
  const there = pushed ?? image.blobs.mountable?.(descriptor)
  const uploaded = await pushBlob(session, repository, {
    descriptor,
    from: there && sameRegistry(there.registry, session.registry) ? there.repository : undefined,
    open: () => told(image.blobs.open(descriptor), descriptor, onProgress),
  })
  onProgress?.({ digest, size, bytes: size, arrival: uploaded === 'uploaded' ? 'copied' : uploaded })
}

function documentOf({ descriptor, bytes }: BundledDocument): ManifestDocument {
  return { bytes, mediaType: descriptor.mediaType, digest: descriptor.digest }
}

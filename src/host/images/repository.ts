import { isDigest } from '../../image/digest.ts'
import type { Descriptor } from '../../image/manifest.ts'
import { isIndexType, isManifestType } from '../../image/mediatype.ts'
import { type ImageReference, type RepositoryReference, formatImageReference } from '../../image/reference.ts'
import type { BlobReader } from '../../image/source.ts'
import { downloadBlob } from '../registry/download.ts'
import { type ManifestDocument, fetchManifest } from '../registry/manifests.ts'
import { discard } from '../registry/transport.ts'
import { findCandidates } from './choose.ts'
import type { ImageContext } from './context.ts'
import { type DocumentSource, collect } from './documents.ts'
import type { OpenedSource } from './open.ts'

/** An image in a registry: its manifest is read now, its blobs are downloaded when they are opened. */
export async function openRepository(
  reference: RepositoryReference & { readonly transport: 'docker' },
  context: ImageContext,
): Promise<OpenedSource> {
  const { registry, repository, tag, digest } = reference
  const session = context.registries.session(registry)
  const name = formatImageReference(reference satisfies ImageReference)
  const fetched = new Map<string, ManifestDocument>()
  const top = await fetchManifest(session, repository, digest ?? tag ?? 'latest')
  fetched.set(top.digest, top)

  const documents: DocumentSource = {
    name,
    has: () => Promise.resolve(true),
    async read(descriptor, limit) {
      const known = fetched.get(descriptor.digest)
      if (known) return known.bytes
      const { mediaType } = descriptor
      if (isIndexType(mediaType) || isManifestType(mediaType)) {
        return (await fetchManifest(session, repository, descriptor.digest)).bytes
      }
      return collect(downloadBlob(session, repository, descriptor), descriptor, limit, name)
    },
  }
  const blobs: BlobReader = {
    open: (descriptor) => downloadBlob(session, repository, descriptor),
    has: async ({ digest: blob }) => {
      const answer = await session.call({
        ...{ method: 'HEAD', to: `${repository}/blobs/${blob}`, expect: [200, 404] },
        ...{ scopes: [`repository:${repository}:pull`], doing: 'read' },
        what: `blob ${blob} of ${registry}/${repository}`,
      })
      discard(answer)
      return answer.status === 200
    },
    mountable: ({ digest: blob }) => (isDigest(blob) ? { registry, repository } : undefined),
  }
  const root: Descriptor = { mediaType: top.mediaType, digest: top.digest, size: top.bytes.length }
  return { kind: 'registry', candidates: await findCandidates([root], documents), documents, blobs }
}

import { Failure } from '../../failure.ts'
import { type Digest, isDigest } from '../../image/digest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import { readBody } from './body.ts'
import { digestFailure, isPassing, networkFailure } from './failures.ts'
import { Transient, retrying } from './retry.ts'
import type { Session } from './session.ts'
import { NetworkError, discard } from './transport.ts'
import { bodyOf } from './tokens.ts'
import { digestOf } from './verified.ts'

/** A manifest or an index as a registry has it. */
export interface ManifestDocument {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/** Registries may refuse manifests over 4 MiB (distribution spec, "Pushing manifests"); so do we. */
export const maxManifestBytes = 4 * 1024 * 1024

const accept = [
  mediaTypes.ociIndex,
  mediaTypes.dockerIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
].join(', ')

/** A manifest or index by tag or digest, verified (distribution spec, "Pulling manifests"). Throws Failure. */
export function fetchManifest(
  session: Session,
  repository: string,
  reference: string,
): Promise<ManifestDocument> {
  const what = `image ${session.registry}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`
  return retrying(session.policy, session.signal, async () => {
    const response = await session.attempt({
      method: 'GET',
      to: `${repository}/manifests/${reference}`,
      headers: { accept },
      scopes: [`repository:${repository}:pull`],
      expect: [200],
      what,
      doing: 'read',
    })
    const bytes = await readBody(
      session.transport,
      response,
      maxManifestBytes,
      `the manifest of ${what}`,
    ).catch((error: unknown) => {
      if (!(error instanceof NetworkError)) throw error
      const failure = networkFailure(error, { registry: session.registry, what })
      throw isPassing(error) ? new Transient(failure) : failure
    })
    const digest = digestOf(bytes)
    const said = response.headers['docker-content-digest']
    if (isDigest(reference) && digest !== reference) throw digestFailure(what, reference, digest)
    if (isDigest(said) && digest !== said) throw digestFailure(what, said, digest)
    const mediaType = (response.headers['content-type'] ?? '').replace(/;.*$/, '').trim()
    return { bytes, mediaType, digest }
  })
}

/** Puts a manifest or index under its digest or a tag (distribution spec, "Pushing manifests"). Throws Failure. */
export async function pushManifest(
  session: Session,
  repository: string,
  reference: string,
  document: ManifestDocument,
): Promise<void> {
  if (document.bytes.length > maxManifestBytes) {
    throw new Failure('build', `the manifest for ${session.registry}/${repository} is larger than 4 MiB`)
  }
  const response = await session.call({
    method: 'PUT',
    to: `${repository}/manifests/${reference}`,
    headers: { 'content-type': document.mediaType },
    body: bodyOf(document.bytes),
    scopes: [`repository:${repository}:pull,push`],
    expect: [200, 201, 202],
    what: `image ${session.registry}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`,
    doing: 'push',
  })
  discard(response)
}

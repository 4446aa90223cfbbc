import { Failure } from '../../failure.ts'
import type { Descriptor } from '../../image/manifest.ts'
import { chunked } from './chunked.ts'
import { Retries } from './retry.ts'
import type { Call, Session } from './session.ts'
import { type HttpResponse, discard, parseLocation } from './transport.ts'

/** A blob to be in a repository. */
export interface BlobUpload {
  readonly descriptor: Descriptor
  /** Another repository of the same registry that has it. */
  readonly from?: string | undefined
  open(): AsyncIterable<Uint8Array>
}

/** How it came there. */
export type Uploaded = 'exists' | 'mounted' | 'uploaded'

/** Answers to a whole blob by which a server, or a proxy before it, asks for pieces. */
const wantsPieces = [405, 413, 416]

/**
 * Brings a blob into a repository: looks for it, mounts it from another repository, or sends it, whichever comes
 * first (distribution spec, "Pushing blobs"). A broken upload starts again. Throws Failure.
 */
export async function pushBlob(session: Session, repository: string, blob: BlobUpload): Promise<Uploaded> {
  const { descriptor, from } = blob
  const call = callsFor(session, repository, descriptor)
  const found = await session.call(
    call({ method: 'HEAD', to: `${repository}/blobs/${descriptor.digest}`, expect: [200, 404] }),
  )
  discard(found)
  if (found.status === 200) return 'exists'

  const retries = new Retries(session.policy, session.signal)
  let pieces = false
  for (let mount = from !== undefined && from !== repository; ;) {
    try {
      const query = mount
        ? `?${new URLSearchParams({ mount: descriptor.digest, from: from ?? '' }).toString()}`
        : ''
      const start = await session.attempt(
        call({
          method: 'POST',
          to: `${repository}/blobs/uploads/${query}`,
          headers: { 'content-length': '0' },
          scopes: mount ? [pushScope(repository), `repository:${from ?? ''}:pull`] : [pushScope(repository)],
          // A registry that mounts nothing starts an upload (202), or says no in ways of its own.
          expect: mount ? [201, 202, 400, 401, 403, 404, 405] : [202],
        }),
      )
      discard(start)
      if (start.status === 201) return 'mounted'
      mount = false
      if (start.status !== 202) continue
      const location = await locationOf(start, session)
      if (pieces) await chunked(session, call, location, blob, start.headers['oci-chunk-min-length'])
      else {
        const put = await session.attempt(
          call({
            method: 'PUT',
            to: withDigest(location, descriptor),
            headers: { 'content-type': 'application/octet-stream' },
            body: { size: descriptor.size, open: () => blob.open() },
            expect: [200, 201, 204, ...wantsPieces],
          }),
        )
        discard(put)
        if (wantsPieces.includes(put.status)) {
          pieces = true
          continue
        }
      }
      return 'uploaded'
    } catch (error) {
      if (mount && error instanceof Failure) {
        // No token for both repositories: then without the other one.
        mount = false
        continue
      }
      await retries.after(error)
    }
  }
}

/** The part of every request of an upload that is the same. */
export type CallOf = (call: Omit<Call, 'scopes' | 'what' | 'doing'> & { scopes?: readonly string[] }) => Call

function callsFor(session: Session, repository: string, { digest }: Descriptor): CallOf {
  const what = `blob ${digest} for ${session.registry}/${repository}`
  return (call) => ({ scopes: [pushScope(repository)], what, doing: 'push', ...call })
}

/** Where an upload goes on. A registry behind a proxy may forget that it is asked over TLS. */
export async function locationOf(response: HttpResponse, session: Session): Promise<URL> {
  const location = parseLocation(response.headers.location ?? '', response.url)
  if (response.headers.location === undefined || !location) {
    throw new Failure('build', `registry ${session.registry} starts an upload and does not say where`, {
      hint: 'check that this address is a container registry',
    })
  }
  const base = await session.base()
  if (location.hostname === base.hostname && base.protocol === 'https:' && location.protocol === 'http:') {
    const secure = new URL(location)
    secure.protocol = 'https:'
    if (secure.origin === base.origin) return secure
  }
  return location
}

/** The address that ends an upload. */
export function withDigest(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location)
  url.searchParams.set('digest', digest)
  return url
}

function pushScope(repository: string): string {
  return `repository:${repository}:pull,push`
}

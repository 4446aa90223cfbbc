import type { Descriptor } from '../../image/manifest.ts'
import { isPassing, networkFailure, sizeFailure } from './failures.ts'
import { Retries, Transient } from './retry.ts'
import type { Session } from './session.ts'
import { NetworkError } from './transport.ts'
import { verified } from './verified.ts'

/**
 * A blob's bytes, verified (distribution spec, "Pulling blobs"). A download that breaks off goes on where it
 * stopped, or from the start where the server knows no ranges. Throws Failure.
 */
export function downloadBlob(
  session: Session,
  repository: string,
  descriptor: Descriptor,
): AsyncGenerator<Uint8Array> {
  const what = `blob ${descriptor.digest} of ${session.registry}/${repository}`
  return verified(resumed(session, repository, descriptor, what), descriptor, what)
}

async function* resumed(
  session: Session,
  repository: string,
  { digest, size }: Descriptor,
  what: string,
): AsyncGenerator<Uint8Array> {
  const retries = new Retries(session.policy, session.signal)
  let received = 0
  let ranges = true
  for (;;) {
    const before = received
    try {
      const range = ranges && received > 0
      const response = await session.attempt({
        method: 'GET',
        to: `${repository}/blobs/${digest}`,
        headers: range ? { range: `bytes=${received}-` } : {},
        scopes: [`repository:${repository}:pull`],
        expect: [200, 206, 416],
        what,
        doing: 'read',
      })
      const start = response.status === 206 ? firstByte(response.headers['content-range']) : 0
      if (response.status === 416 || start === undefined || start > received) {
        response.body.destroy()
        ranges = false
        throw new Transient(sizeFailure(what, size, received))
      }
      let skip = received - start
      for await (const chunk of session.transport.read(response)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length))
        skip -= chunk.length - fresh.length
        received += fresh.length
        if (fresh.length > 0) yield fresh
      }
      if (received >= size) return
      throw new Transient(sizeFailure(what, size, received))
    } catch (error) {
      if (received > before) retries.progressed()
      await retries.after(brokenOff(error, session, what))
    }
  }
}

function brokenOff(error: unknown, session: Session, what: string): unknown {
  if (!(error instanceof NetworkError)) return error
  const failure = networkFailure(error, { registry: session.registry, what })
  return isPassing(error) ? new Transient(failure) : failure
}

/** Where the bytes of a partial answer start; undefined when it does not say. */
function firstByte(contentRange: string | undefined): number | undefined {
  const match = /^bytes (\d+)-/.exec(contentRange ?? '')
  return match ? Number(match[1]) : undefined
}

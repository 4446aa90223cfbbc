import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { Failure } from '../../../src/failure.ts'
import { type BlobUpload, type Uploaded, pushBlob } from '../../../src/host/registry/upload.ts'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { digest } from '../../fixtures/tiny-image.ts'
import { type FakeRegistry, type Fault, fail, startRegistry } from '../../fixtures/registry.ts'
import { withSession } from '../../fixtures/session.ts'
import { inChunks } from '../../fixtures/tar.ts'

const blob = randomBytes(300_000)
let registry: FakeRegistry
let opened: number
beforeEach(async () => {
  registry = await startRegistry()
  opened = 0
})
afterEach(() => registry.close())

function upload(overrides: Partial<BlobUpload> = {}): BlobUpload {
  return {
    descriptor: { mediaType: mediaTypes.ociLayer, digest: digest(blob), size: blob.length },
    open() {
      opened += 1
      return inChunks(blob)
    },
    ...overrides,
  }
}

const push = (overrides?: Partial<BlobUpload>): Promise<Uploaded> =>
  withSession(registry.host, (session) => pushBlob(session, 'a/b', upload(overrides)))

const stored = (): boolean => registry.blobs.get(`a/b@${digest(blob)}`)?.equals(blob) === true

function fault(method: string, url: RegExp, times: number, act: Fault['act']): Fault {
  const one = { method, url, times, act }
  registry.faults.push(one)
  return one
}

describe('pushBlob', () => {
  it('uploads in one request of a known length', async () => {
    expect(await push()).toBe('uploaded')
    expect(stored()).toBe(true)
    const put = registry.seen.find(({ method }) => method === 'PUT')
    expect(put?.headers['content-length']).toBe('300000')
    expect(put?.url).toMatch(/_state=s&digest=sha256%3A/)
    expect(registry.count('PATCH', /./)).toBe(0)
  })

  it('sends nothing that is there', async () => {
    registry.addBlob('a/b', blob)
    expect(await push()).toBe('exists')
    expect(opened).toBe(0)
  })

  it('has a blob mounted that another repository of the registry has', async () => {
    registry.addBlob('base', blob)
    expect(await push({ from: 'base' })).toBe('mounted')
    expect(opened).toBe(0)
    expect(stored()).toBe(true)
  })

  it('uploads what a registry does not mount', async () => {
    registry.addBlob('base', blob)
    registry.mounts = false
    expect(await push({ from: 'base' })).toBe('uploaded')
    expect(registry.count('POST', /uploads/)).toBe(1)
    expect(stored()).toBe(true)
  })

  it('uploads when a mount is forbidden', async () => {
    fault('POST', /mount=/, 1, (_, response) => fail(response, 403, 'DENIED'))
    expect(await push({ from: 'base' })).toBe('uploaded')
    expect(stored()).toBe(true)
  })

  it('asks for a token for both repositories to mount, and does without where there is none', async () => {
    await registry.close()
    registry = await startRegistry({ kind: 'bearer', users: { me: 'x' }, anonymous: true })
    const scopes = (): (string | null)[][] =>
      registry.seen
        .filter(({ url }) => url.startsWith('/token'))
        .map(({ url }) => new URLSearchParams(url.split('?')[1]).getAll('scope'))
    await expect(push({ from: 'base' })).rejects.toThrow('asks for a login (401)')
    expect(scopes()).toContainEqual(['repository:a/b:pull,push', 'repository:base:pull'])
  })

  it('starts a broken upload again', async () => {
    fault('PUT', /uploads/, 2, (request) => {
      request.once('data', () => request.socket.destroy())
    })
    expect(await push()).toBe('uploaded')
    expect(opened).toBe(3)
    expect(registry.count('POST', /uploads/)).toBe(3)
    expect(stored()).toBe(true)
  })

  it('tries again when the registry is in trouble', async () => {
    fault('PUT', /uploads/, 1, (request, response) => {
      request.resume().once('end', () => fail(response, 500, 'BROKEN'))
    })
    fault('POST', /uploads/, 1, (_, response) => fail(response, 429, 'TOOMANY', { 'retry-after': '0' }))
    expect(await push()).toBe('uploaded')
    expect(stored()).toBe(true)
  })

  it('hears a refusal before all is sent', async () => {
    const large = { mediaType: mediaTypes.ociLayer, digest: digest(blob), size: 1e9 }
    let sent = 0
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await new Promise((done) => setImmediate(done))
          sent += blob.length
          yield blob
        }
      } finally {
        closed = true
      }
    }
    fault('PUT', /uploads/, 1, (_, response) => fail(response, 403, 'DENIED'))
    await expect(push({ descriptor: large, open: endless })).rejects.toThrow(
      'does not allow to push it (403)',
    )
    expect(sent).toBeLessThan(200e6)
    await new Promise((done) => setTimeout(done, 20))
    expect(closed).toBe(true)
  })

  it('sends pieces where a whole blob is too large for a server', async () => {
    const large = Buffer.alloc(20_000_000, 7)
    registry.maxBody = 17_000_000
    const descriptor = { mediaType: mediaTypes.ociLayer, digest: digest(large), size: large.length }
    expect(await push({ descriptor, open: () => inChunks(large, 1 << 20) })).toBe('uploaded')
    expect(registry.count('PATCH', /uploads/)).toBe(2)
    expect(registry.blobs.get(`a/b@${descriptor.digest}`)?.equals(large)).toBe(true)
  })

  it('tells a source that fails from a registry that does', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      await Promise.resolve()
      yield blob.subarray(0, 1000)
      throw new Failure('build', 'the source is damaged')
    }
    await expect(push({ open: broken })).rejects.toThrow('the source is damaged')
    expect(registry.blobs.size).toBe(0)
  })

  it('sends no blob of another length than it says', async () => {
    await expect(push({ open: () => inChunks(blob.subarray(1)) })).rejects.toThrow('has not the 300000 bytes')
    await expect(push({ open: () => inChunks(Buffer.concat([blob, blob])) })).rejects.toThrow(
      'has not the 300000 bytes',
    )
    expect(registry.blobs.size).toBe(0)
  })

  it('gives the login to no other host that an upload is sent to', async () => {
    await registry.close()
    registry = await startRegistry({ kind: 'bearer', users: {}, anonymous: true })
    const other = await startRegistry()
    const challenge = { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }
    fault('HEAD', /blobs/, 1, (_, response) => fail(response, 401, 'UNAUTHORIZED', challenge))
    fault('HEAD', /blobs/, 1, (_, response) => response.writeHead(404).end())
    fault('POST', /uploads/, 1, (_, response) =>
      response.writeHead(202, { location: `http://${other.host}/put` }).end(),
    )
    other.faults.push({
      method: 'PUT',
      url: /^\/put/,
      times: 1,
      act: (request, response) => {
        request.resume().once('end', () => response.writeHead(201).end())
      },
    })
    expect(await push()).toBe('uploaded')
    expect(registry.seen.at(-1)?.headers.authorization).toMatch(/^Bearer /)
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    await other.close()
  })

  it('says that a registry names no place for an upload', async () => {
    fault('POST', /uploads/, 1, (_, response) => response.writeHead(202).end())
    await expect(push()).rejects.toThrow('does not say where')
  })
})

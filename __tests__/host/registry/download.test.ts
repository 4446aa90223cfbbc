import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { downloadBlob } from '../../../src/host/registry/download.ts'
import type { Descriptor } from '../../../src/image/manifest.ts'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { digest } from '../../fixtures/tiny-image.ts'
import { type FakeRegistry, type Fault, fail, startRegistry } from '../../fixtures/registry.ts'
import { type SessionOverrides, bytesOf, withSession, containing } from '../../fixtures/session.ts'

const blob = randomBytes(300_000)
const descriptor: Descriptor = { mediaType: mediaTypes.ociLayer, digest: digest(blob), size: blob.length }

let registry: FakeRegistry
beforeEach(async () => {
  registry = await startRegistry()
  registry.addBlob('a/b', blob)
})
afterEach(() => registry.close())

const download = (overrides?: SessionOverrides, wanted = descriptor): Promise<Buffer> =>
  withSession(registry.host, (session) => bytesOf(downloadBlob(session, 'a/b', wanted)), overrides)

function fault(times: number, act: Fault['act']): Fault {
  const one = { method: 'GET', url: /\/blobs\//, times, act }
  registry.faults.push(one)
  return one
}

/** Sends so many bytes of the blob (from where the request's range starts) and cuts the connection. */
const cutAfter =
  (bytes: number): Fault['act'] =>
  (request, response) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
    const range = start > 0 ? { 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` } : {}
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': blob.length - start, ...range })
    response.write(blob.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 5))
  }

describe('downloadBlob', () => {
  it('gives the bytes', async () => {
    expect((await download()).equals(blob)).toBe(true)
  })

  it('goes on where a download broke off', async () => {
    fault(2, cutAfter(100_000))
    expect((await download()).equals(blob)).toBe(true)
    const ranges = registry.seen.map(({ headers }) => headers.range).filter((range) => range !== undefined)
    expect(ranges).toEqual(['bytes=100000-', 'bytes=200000-'])
  })

  it('goes on for as long as something comes', async () => {
    fault(20, cutAfter(15_000))
    expect((await download()).equals(blob)).toBe(true)
  })

  it('starts again where the server knows no ranges, and hands out no byte twice', async () => {
    registry.ranges = false
    fault(1, cutAfter(100_000))
    expect((await download()).equals(blob)).toBe(true)
  })

  it('starts again where a range is refused or answered with another one', async () => {
    fault(1, cutAfter(100_000))
    const refusing = fault(99, (request, response) => {
      if (request.headers.range !== undefined) {
        fail(response, 416, 'RANGE_INVALID')
        return
      }
      response.writeHead(200).end(blob)
    })
    expect((await download()).equals(blob)).toBe(true)
    expect(refusing.times).toBe(97)
    registry.faults.length = 0
    fault(1, cutAfter(100_000))
    fault(1, (_, response) =>
      response.writeHead(206, { 'content-range': `bytes 200000-299999/300000` }).end(blob.subarray(200_000)),
    )
    expect((await download()).equals(blob)).toBe(true)
  })

  it('says that a blob is cut short when it stays so', async () => {
    fault(99, (_, response) => response.writeHead(200).end(blob.subarray(0, 1000)))
    await expect(download()).rejects.toMatchObject({
      message: containing('is cut short: 1000 of 300000 bytes'),
      hint: containing('get it again'),
    })
  })

  it('refuses a damaged blob', async () => {
    const damaged = Buffer.from(blob)
    damaged.writeUInt8(damaged.readUInt8(150_000) ^ 1, 150_000)
    fault(1, (_, response) => response.writeHead(200).end(damaged))
    await expect(download()).rejects.toThrow(`its digest is ${digest(damaged)}, not ${descriptor.digest}`)
  })

  it('refuses a blob that goes on and on', async () => {
    fault(1, (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(blob));
        response.once('drain', more)
      }
      more()
    })
    await expect(download()).rejects.toThrow('is too long')
  })

  it('gives up on a connection that stalls, and goes on with another one', async () => {
    fault(1, (_, response) => {
      response.writeHead(200, { 'content-length': blob.length }).write(blob.subarray(0, 100_000))
    })
    const timeouts = { response: 2000, stall: 50, commit: 2000 }
    expect((await download({ timeouts })).equals(blob)).toBe(true)
    expect(registry.seen.at(-1)?.headers.range).toMatch(/^bytes=\d+-$/)
  })

  it('does not take a slow reader for a stalled connection', async () => {
    const timeouts = { response: 2000, stall: 40, commit: 2000 }
    const chunks: Uint8Array[] = []
    await withSession(
      registry.host,
      async (session) => {
        for await (const chunk of downloadBlob(session, 'a/b', descriptor)) {
          chunks.push(chunk)
          if (chunks.length === 1) await new Promise((done) => setTimeout(done, 100))
        }
      },
      { timeouts },
    )
    expect(Buffer.concat(chunks).equals(blob)).toBe(true)
    expect(registry.count('GET', /\/blobs\//)).toBe(1)
  })

  it('tries a server in trouble again', async () => {
    fault(2, (_, response) => fail(response, 502, 'BAD'))
    expect((await download()).equals(blob)).toBe(true)
  })

  it('says which blob is not there', async () => {
    const digestOfNothing = digest(Buffer.from('nothing'))
    await expect(download({}, { ...descriptor, digest: digestOfNothing })).rejects.toThrow(
      `blob ${digestOfNothing} of ${registry.host}/a/b`,
    )
  })
})

describe('redirects', () => {
  let storage: FakeRegistry
  beforeEach(async () => {
    storage = await startRegistry()
    storage.addBlob('s', blob)
  })
  afterEach(() => storage.close())

  it('are followed without the login that the registry was told', async () => {
    await registry.close()
    registry = await startRegistry({ kind: 'bearer', users: {}, anonymous: true })
    const challenge = { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }
    const to = `http://${storage.host}/v2/s/blobs/${descriptor.digest}?signature=x`
    fault(1, (_, response) => fail(response, 401, 'UNAUTHORIZED', challenge))
    fault(1, (_, response) => response.writeHead(307, { location: to }).end())
    expect((await download()).equals(blob)).toBe(true)
    expect(registry.seen.at(-1)?.headers.authorization).toMatch(/^Bearer /)
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('keep the login within the registry', async () => {
    await registry.close()
    registry = await startRegistry({ kind: 'bearer', users: {}, anonymous: true })
    registry.addBlob('a/b', blob)
    const challenge = { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }
    fault(1, (_, response) => fail(response, 401, 'UNAUTHORIZED', challenge))
    fault(1, (request, response) => response.writeHead(302, { location: `${request.url ?? ''}?again` }).end())
    expect((await download()).equals(blob)).toBe(true)
  })

  it('end', async () => {
    fault(99, (request, response) => response.writeHead(302, { location: request.url }).end())
    await expect(download()).rejects.toThrow('redirects without end')
    registry.faults.length = 0
    fault(1, (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(download()).rejects.toThrow('to no address')
  })

  it('are followed again when the storage breaks off', async () => {
    const to = `http://${storage.host}/v2/s/blobs/${descriptor.digest}`
    fault(2, (_, response) => response.writeHead(307, { location: to }).end())
    storage.faults.push({ url: /./, times: 1, act: cutAfter(100_000) })
    expect((await download()).equals(blob)).toBe(true)
    expect(storage.seen.at(-1)?.headers.range).toBe('bytes=100000-')
  })
})

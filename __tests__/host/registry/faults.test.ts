import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Server, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Failure } from '../../../src/failure.ts'
import { networkFailure, statusFailure } from '../../../src/host/registry/failures.ts'
import { fetchManifest } from '../../../src/host/registry/manifests.ts'
import { NetworkError } from '../../../src/host/registry/transport.ts'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { type FakeRegistry, type Fault, fail, startRegistry } from '../../fixtures/registry.ts'
import { type SessionOverrides, withSession, containing } from '../../fixtures/session.ts'

let registry: FakeRegistry
beforeEach(async () => {
  registry = await startRegistry()
  registry.addManifest('a/b', '1', { schemaVersion: 2, manifests: [] }, mediaTypes.ociIndex)
})
afterEach(() => registry.close())

const fetch = (reference = '1', overrides?: SessionOverrides): ReturnType<typeof fetchManifest> =>
  withSession(registry.host, (session) => fetchManifest(session, 'a/b', reference), overrides)

function answerWith(times: number, act: Fault['act']): Fault {
  const fault = { url: /manifests/, times, act }
  registry.faults.push(fault)
  return fault
}

describe('statuses', () => {
  it('says what to do about each', async () => {
    await expect(fetch('none')).rejects.toMatchObject({
      message: containing('has no such thing (404)'),
      hint: containing('check name and tag'),
    })
    answerWith(1, (_, response) => fail(response, 403, 'DENIED'))
    await expect(fetch()).rejects.toThrow(/does not allow to read it \(403\): DENIED this is DENIED$/)
    answerWith(1, (_, response) => fail(response, 418, 'TEAPOT'))
    await expect(fetch()).rejects.toThrow('answered 418')
  })

  it('waits as Retry-After says, and asks again', async () => {
    answerWith(1, (_, response) => fail(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '0' }))
    answerWith(1, (_, response) =>
      fail(response, 503, 'UNAVAILABLE', { 'retry-after': new Date(Date.now() - 1000).toUTCString() }),
    )
    await expect(fetch()).resolves.toBeDefined()
    expect(registry.count('GET', /manifests/)).toBe(3)
  })

  it('does not wait for an hour', async () => {
    answerWith(9, (_, response) => fail(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }))
    await expect(fetch()).rejects.toMatchObject({
      message: containing('too many requests from here (429)'),
      hint: containing('log in for a higher limit'),
    })
    expect(registry.count('GET', /manifests/)).toBe(1)
  })

  it('gives up on a server that stays in trouble', async () => {
    answerWith(99, (_, response) => fail(response, 500, 'BROKEN'))
    await expect(fetch()).rejects.toThrow('has trouble of its own (500)')
    expect(registry.count('GET', /manifests/)).toBe(4)
  })

  it('shows no control characters of a server, and not much of it', () => {
    const body = JSON.stringify({
      errors: [{ code: 'X', message: `\u001b[31m::error::${'y'.repeat(5000)}\u0007` }],
    })
    const asked = { registry: 'r.invalid', what: 'image', doing: 'read', authenticated: false } as const
    const { message } = statusFailure(403, asked, body)
    expect(message).not.toMatch(/[\u0000-\u001f]/)
    expect(message.length).toBeLessThan(500)
    expect(statusFailure(403, asked, '<html>').message).toMatch(/\(403\)$/)
    expect(statusFailure(403, asked, '{"errors": 3}').message).toMatch(/\(403\)$/)
  })
})

describe('networks', () => {
  it('tells what failed apart', () => {
    const say = (code: string): string => {
      const error = new NetworkError('r.invalid', Object.assign(new Error('x'), { code }))
      const failure = networkFailure(error, { registry: 'r.invalid', what: 'image r.invalid/a:1' })
      expect(failure.hint).toBeTruthy()
      return failure.message
    }
    expect(say('ENOTFOUND')).toBe(
      'image r.invalid/a:1: registry r.invalid cannot be read: its name has no address, ENOTFOUND',
    )
    expect(say('ECONNREFUSED')).toContain('nothing listens there')
    expect(say('CERT_HAS_EXPIRED')).toContain('TLS failed')
    expect(say('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('TLS failed')
    expect(say('ETIMEDOUT')).toContain('stopped answering')
    expect(say('ECONNRESET')).toContain('the connection broke off')
  })

  it('names a registry that does not exist', async () => {
    const asking = withSession('registry.invalid', (session) => fetchManifest(session, 'a/b', '1'))
    await expect(asking).rejects.toMatchObject({
      message: containing('its name has no address'),
      hint: containing('check the spelling'),
    })
  })

  it('says that nothing listens', async () => {
    await registry.close()
    await expect(fetch()).rejects.toThrow('nothing listens there')
  })

  it('asks again when a connection breaks off before the answer', async () => {
    answerWith(2, (request) => request.socket.destroy())
    await expect(fetch()).resolves.toBeDefined()
  })

  it('gives up on a server that says nothing', async () => {
    const timeouts = { response: 30, stall: 30, commit: 30 }
    const fault = answerWith(99, () => undefined)
    await expect(fetch('1', { timeouts })).rejects.toThrow('stopped answering')
    expect(fault.times).toBe(95)
  })

  it('stops at once when it is told to', async () => {
    const controller = new AbortController()
    answerWith(9, () => controller.abort(new Failure('build', 'interrupted')))
    await expect(fetch('1', { signal: controller.signal })).rejects.toThrow('interrupted')
  })

  it('speaks TLS to a registry on this machine that wants it', async () => {
    const heard: Buffer[] = []
    const server: Server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (first) => {
        heard.push(first)
        socket.destroy()
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const asking = withSession(`127.0.0.1:${port}`, (session) => fetchManifest(session, 'a/b', '1'))
    await expect(asking).rejects.toThrow(Failure)
    expect(heard[0]?.toString()).toMatch(/^GET \/v2\//)
    expect(heard[1]?.[0]).toBe(0x16)
    server.close()
  })
})

describe('manifests', () => {
  it('refuses one that is not what was asked for', async () => {
    const { digest } = await fetch()
    answerWith(1, (_, response) => response.writeHead(200).end('{"schemaVersion": 2}'))
    await expect(fetch(digest)).rejects.toThrow(`not ${digest}`)
    answerWith(1, (_, response) => response.writeHead(200, { 'docker-content-digest': digest }).end('{}'))
    await expect(fetch('1')).rejects.toThrow('is damaged')
  })

  it('refuses one that is too large, without reading all of it', async () => {
    let sent = 0
    answerWith(1, (_, response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && sent < 1e9) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536, ' '))) return void response.once('drain', more)
        }
      }
      more()
    })
    await expect(fetch()).rejects.toThrow('is larger than 4194304 bytes')
    expect(sent).toBeLessThan(100e6)
  })

  it('reads one again that breaks off', async () => {
    answerWith(1, (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"schema')
      setTimeout(() => response.destroy(), 5)
    })
    await expect(fetch()).resolves.toMatchObject({ mediaType: mediaTypes.ociIndex })
  })
})

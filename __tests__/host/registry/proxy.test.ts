import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fetchManifest } from '../../../src/host/registry/manifests.ts'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { startRegistry } from '../../fixtures/registry.ts'
import { withSession } from '../../fixtures/session.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const describeWithProxies = major > 24 || (major === 24 && minor >= 5) ? describe : describe.skip

describeWithProxies('a proxy of the environment', () => {
  let proxy: Server
  let address: string
  const asked: string[] = []
  beforeEach(async () => {
    asked.length = 0
    proxy = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
      response.writeHead(502).end()
    }).on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url ?? ''}`)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })
  afterEach(() => {
    proxy.close()
    proxy.closeAllConnections()
  })

  it('is asked for registries elsewhere', async () => {
    const asking = withSession('registry.invalid', (session) => fetchManifest(session, 'a/b', '1'), {
      env: { HTTPS_PROXY: address },
    })
    await expect(asking).rejects.toThrow('registry registry.invalid cannot be read')
    expect(asked).toContain('CONNECT registry.invalid:443')
  })

  it('is not asked for what NO_PROXY names', async () => {
    const registry = await startRegistry()
    registry.addManifest('a/b', '1', { schemaVersion: 2, manifests: [] }, mediaTypes.ociIndex)
    const env = { HTTP_PROXY: address, NO_PROXY: '127.0.0.1' }
    await withSession(registry.host, (session) => fetchManifest(session, 'a/b', '1'), { env })
    expect(asked).toEqual([])
    await registry.close()
  })
})

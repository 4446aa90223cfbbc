import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { fetchManifest } from '../../../src/host/registry/manifests.ts'
import { fetchToken } from '../../../src/host/registry/tokens.ts'
import { Transport } from '../../../src/host/registry/transport.ts'
import { pushBlob } from '../../../src/host/registry/upload.ts'
import { digest } from '../../fixtures/tiny-image.ts'
import { type FakeAuth, type FakeRegistry, startRegistry } from '../../fixtures/registry.ts'
import { type SessionOverrides, withSession, containing } from '../../fixtures/session.ts'

const users = { me: 'pass:word' }
const index = { schemaVersion: 2, manifests: [] }

let folder: string
const open: FakeRegistry[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'login-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()))
  await rm(folder, { recursive: true })
})

async function start(auth: FakeAuth): Promise<FakeRegistry> {
  const registry = await startRegistry(auth)
  registry.addManifest('a/b', '1', index, mediaTypes.ociIndex)
  open.push(registry)
  return registry
}

/** A Docker config with this login for the registry. */
async function login(registry: FakeRegistry, entry: object): Promise<SessionOverrides> {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: entry } }))
  return { env: { DOCKER_CONFIG: folder } }
}

const fetch = ({ host }: FakeRegistry, overrides?: SessionOverrides): Promise<unknown> =>
  withSession(host, (session) => fetchManifest(session, 'a/b', '1'), overrides)

describe('logging in', () => {
  it('asks without a login where none is needed', async () => {
    const registry = await start({ kind: 'none' })
    await expect(fetch(registry)).resolves.toMatchObject({ mediaType: mediaTypes.ociIndex })
    expect(registry.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  it('answers a basic challenge', async () => {
    const registry = await start({ kind: 'basic', users })
    const config = await login(registry, { username: 'me', password: 'pass:word' })
    await expect(fetch(registry, config)).resolves.toMatchObject({ mediaType: mediaTypes.ociIndex })
  })

  it('gets a token without a login, with one, and for an identity token', async () => {
    const registry = await start({ kind: 'bearer', users, identityTokens: ['refresh'], anonymous: true })
    await expect(fetch(registry)).resolves.toBeDefined()
    await expect(
      fetch(registry, await login(registry, { username: 'me', password: 'pass:word' })),
    ).resolves.toBeDefined()
    expect(registry.count('POST', /^\/token/)).toBe(0)
    await expect(fetch(registry, await login(registry, { identitytoken: 'refresh' }))).resolves.toBeDefined()
    expect(registry.count('POST', /^\/token/)).toBe(1)
  })

  it('asks for one token for many requests, and for another scope another one', async () => {
    const registry = await start({ kind: 'bearer', users })
    const bytes = Buffer.from('blob')
    const descriptor = { mediaType: mediaTypes.ociLayer, digest: digest(bytes), size: bytes.length }
    await withSession(
      registry.host,
      async (session) => {
        await fetchManifest(session, 'a/b', '1')
        await Promise.all([1, 2, 3].map(() => fetchManifest(session, 'a/b', '1')))
        expect(registry.count('GET', /^\/token/)).toBe(1)
        await pushBlob(session, 'a/b', {
          descriptor,
          async *open() {
            await Promise.resolve()
            yield bytes
          },
        })
      },
      await login(registry, { username: 'me', password: 'pass:word' }),
    )
    const asked = registry.seen
      .filter(({ url }) => url.startsWith('/token'))
      .map(({ url }) => new URLSearchParams(url.split('?')[1]))
    expect(asked.map((query) => query.get('scope'))).toEqual([
      'repository:a/b:pull',
      'repository:a/b:pull,push',
    ])
    expect(asked[0]?.get('service')).toBe('fake')
    expect(registry.blobs.has(`a/b@${descriptor.digest}`)).toBe(true)
  })

  it('renews a token that is refused, once', async () => {
    const registry = await start({ kind: 'bearer', users })
    const config = await login(registry, { username: 'me', password: 'pass:word' })
    await withSession(
      registry.host,
      async (session) => {
        await fetchManifest(session, 'a/b', '1')
        registry.revoke()
        await Promise.all([1, 2, 3].map(() => fetchManifest(session, 'a/b', '1')))
        expect(registry.count('GET', /^\/token/)).toBe(2)
        registry.faults.push({
          method: 'GET',
          url: /manifests/,
          times: 9,
          act: (_, response) =>
            response
              .writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` })
              .end(),
        })
        await expect(fetchManifest(session, 'a/b', '1')).rejects.toThrow('does not accept the credentials')
        expect(registry.faults[0]?.times).toBe(7)
      },
      config,
    )
  })

  it('says how to log in when there is no login, and that one is wrong when it is', async () => {
    for (const auth of [
      { kind: 'basic', users },
      { kind: 'bearer', users },
    ] as const) {
      const registry = await start(auth)
      await expect(fetch(registry)).rejects.toMatchObject({
        message: containing('asks for a login (401)'),
        hint: containing(`docker login ${registry.host}`),
      })
      const config = await login(registry, { username: 'me', password: 'hunter2' })
      const error: unknown = await fetch(registry, config).catch((e: unknown) => e)
      expect(String(error)).toContain('does not accept the credentials')
      expect(JSON.stringify(error) + String(error)).not.toContain('hunter2')
    }
  })

  it('sends a password to no token service that is not encrypted, unless the registry is not either', async () => {
    const service = await start({ kind: 'bearer', users })
    const transport = new Transport({})
    const ask = (realm: string, base: string): Promise<unknown> =>
      fetchToken(
        transport,
        { scheme: 'bearer', parameters: { realm } },
        ['repository:a/b:pull'],
        { kind: 'password', username: 'me', password: 'pass:word' },
        { name: 'registry.invalid', base: new URL(base) },
      )
    const plain = `http://${service.host}/token`
    await expect(ask(plain, 'http://registry.invalid')).resolves.toMatchObject({ value: expect.any(String) })
    for (const realm of [plain, 'ftp://example.invalid/token', '']) {
      await expect(ask(realm, 'https://registry.invalid')).rejects.toThrow('names no usable token service')
    }
    expect(service.seen).toHaveLength(1)
    transport.close()
  })

  it('takes what is no token for none', async () => {
    const registry = await start({ kind: 'bearer', users, anonymous: true })
    for (const answer of ['{}', 'null', '<html>', '{"token": 3}', '{"token": "a\\r\\nb: c"}']) {
      registry.faults.push({
        url: /^\/token/,
        times: 1,
        act: (_, response) => response.writeHead(200).end(answer),
      })
      await expect(fetch(registry)).rejects.toThrow('holds no token')
    }
  })
})

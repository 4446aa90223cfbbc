import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  findCredentials,
  parseDockerConfig,
  readDockerConfig,
} from '../../../src/host/registry/credentials.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

let folder: string
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'))
  env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, DOCKER_CONFIG: folder }
})
afterEach(() => rm(folder, { recursive: true }))

/** A credential helper that does what its script says; `$server` is what it was asked for. */
async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`)
  await writeFile(path, `#!/bin/sh\nread -r server || true\n${script}\n`)
  await chmod(path, 0o755)
}

async function find(registry: string, config: object): ReturnType<typeof findCredentials> {
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return findCredentials(registry, await readDockerConfig(env), env)
}

describe('auths', () => {
  it('reads every form of a login', async () => {
    const auths = {
      'a.invalid': { auth: base64('me:pass:word') },
      'b.invalid:5000': { username: 'me', password: 'word' },
      'c.invalid': { auth: base64('me:x'), identitytoken: 'refresh' },
      'd.invalid': { registrytoken: 'bearer' },
      'e.invalid': {},
    }
    const of = (registry: string): ReturnType<typeof find> => find(registry, { auths })
    expect(await of('a.invalid')).toEqual({ kind: 'password', username: 'me', password: 'pass:word' })
    expect(await of('b.invalid:5000')).toEqual({ kind: 'password', username: 'me', password: 'word' })
    expect(await of('c.invalid')).toEqual({ kind: 'identity', token: 'refresh' })
    expect(await of('d.invalid')).toEqual({ kind: 'registry', token: 'bearer' })
    expect(await of('e.invalid')).toBeUndefined()
    expect(await of('b.invalid')).toBeUndefined()
  })

  it("finds Docker Hub's login under its old key", async () => {
    const auths = { 'https://index.docker.io/v1/': { auth: base64('hub:x') } }
    expect(await find('docker.io', { auths })).toMatchObject({ username: 'hub' })
  })

  it('reads keys that are addresses, and prefers plain ones', async () => {
    const old = { 'https://a.invalid/v2/': { auth: base64('old:x') } }
    expect(await find('a.invalid', { auths: old })).toMatchObject({ username: 'old' })
    const both = { 'a.invalid': { auth: base64('new:x') }, ...old }
    expect(await find('a.invalid', { auths: both })).toMatchObject({ username: 'new' })
  })

  it('knows no logins where there is no file', async () => {
    const config = await readDockerConfig({ DOCKER_CONFIG: join(folder, 'none') })
    expect(await findCredentials('a.invalid', config, env)).toBeUndefined()
  })

  it('refuses a file of another shape, and shows nothing of it', async () => {
    const secret = 'hunter2'
    expect(() =>
      parseDockerConfig({ auths: { 'a.invalid': { auth: base64(secret) } } }, 'config.json'),
    ).toThrow('config.json, auths.a.invalid: is not as docker login writes it')
    expect(() => parseDockerConfig({ auths: [] }, 'config.json')).toThrow('config.json, auths')
    expect(() => parseDockerConfig([], 'config.json')).toThrow('the whole file')
    await writeFile(join(folder, 'config.json'), `{"auths": ${secret}`)
    await expect(readDockerConfig(env)).rejects.toThrow(/config\.json is not JSON$/)
  })
})

describe('credential helpers', () => {
  it('asks the helper of the registry before the one for all', async () => {
    await helper('one', `printf '{"Username":"one","Secret":"%s"}' "$server"`)
    await helper('all', `printf '{"Username":"all","Secret":"%s"}' "$server"`)
    const config = { credHelpers: { 'a.invalid': 'one' }, credsStore: 'all' }
    expect(await find('a.invalid', config)).toEqual({
      kind: 'password',
      username: 'one',
      password: 'a.invalid',
    })
    expect(await find('b.invalid', config)).toMatchObject({ username: 'all', password: 'b.invalid' })
    expect(await find('docker.io', config)).toMatchObject({ password: 'https://index.docker.io/v1/' })
  })

  it('takes an identity token', async () => {
    await helper('one', `printf '{"Username":"<token>","Secret":"refresh"}'`)
    expect(await find('a.invalid', { credsStore: 'one' })).toEqual({ kind: 'identity', token: 'refresh' })
  })

  it('goes on to the file, or without a login, when the helper has none', async () => {
    await helper('one', 'echo "credentials not found in native keychain"; exit 1')
    const auths = { 'a.invalid': { auth: base64('file:x') } }
    expect(await find('a.invalid', { credsStore: 'one', auths })).toMatchObject({ username: 'file' })
    expect(await find('b.invalid', { credsStore: 'one', auths })).toBeUndefined()
  })

  it('says which helper is missing', async () => {
    const hint = expect.stringContaining('docker-credential-gone')
    await expect(find('a.invalid', { credsStore: 'gone' })).rejects.toMatchObject({ kind: 'usage', hint })
  })

  it('runs no path', async () => {
    await expect(find('a.invalid', { credsStore: '../../bin/sh' })).rejects.toThrow(
      'not the name of a credential helper',
    )
  })

  it('never shows what a helper printed', async () => {
    await helper('bad', `echo '{"Secret":"hunter2"}'`)
    const error: unknown = await find('a.invalid', { credsStore: 'bad' }).catch((e: unknown) => e)
    expect(String(error)).toContain('did not answer with Username and Secret')
    expect(JSON.stringify(error)).not.toContain('hunter2')
    await helper('bad', `echo 'hunter2' >&2; exit 3`)
    await expect(find('a.invalid', { credsStore: 'bad' })).rejects.toThrow(/ended with status 3$/)
  })
})

import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { isRecord } from '../../image/manifest.ts'
import { endpointOf, isDockerHub } from './endpoint.ts'
import { askHelper } from './helper.ts'

/** What a registry is told about who asks. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token, to be exchanged at the token service. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token for the registry itself. */
  | { readonly kind: 'registry'; readonly token: string }

/** The part of Docker's `config.json` that is about logins; registries by host. */
export interface DockerConfig {
  readonly auths: ReadonlyMap<string, Credentials>
  readonly credHelpers: ReadonlyMap<string, string>
  readonly credsStore: string | undefined
}

/** The name under which Docker keeps the login to Docker Hub. */
const hubKey = 'https://index.docker.io/v1/'

/** Docker's `config.json` from its JSON; throws Failure that names the place and never a secret. */
export function parseDockerConfig(json: unknown, where: string): DockerConfig {
  const wrong = (key: string): Failure =>
    new Failure('usage', `${where}, ${key}: is not as docker login writes it`, {
      hint: 'log in again (docker login), or mend or remove the entry',
    })
  const section = (key: string): [string, unknown][] => {
    const value = isRecord(json) ? json[key] : undefined
    if (value === undefined || value === null) return []
    if (!isRecord(value)) throw wrong(key)
    return Object.entries(value)
  }
  if (!isRecord(json)) throw wrong('the whole file')
  const auths = new Map<string, Credentials>()
  for (const [name, entry] of section('auths')) {
    const credentials = parseAuth(entry, () => wrong(`auths.${name}`))
    // A key with a scheme or path is an older spelling: a plain one beside it is newer.
    if (credentials && (!auths.has(hostKey(name)) || hostKey(name) === name)) {
      auths.set(hostKey(name), credentials)
    }
  }
  const credHelpers = new Map(
    section('credHelpers').map(([name, helper]) => {
      if (typeof helper !== 'string') throw wrong(`credHelpers.${name}`)
      return [hostKey(name), helper]
    }),
  )
  const credsStore = json['credsStore'] ?? undefined
  if (credsStore !== undefined && typeof credsStore !== 'string') throw wrong('credsStore')
  return { auths, credHelpers, credsStore: credsStore === '' ? undefined : credsStore }
}

/** Reads `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`; a file that does not exist holds no logins. */
export async function readDockerConfig(env: NodeJS.ProcessEnv): Promise<DockerConfig> {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker')
  const path = join(folder, 'config.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      return { auths: new Map(), credHelpers: new Map(), credsStore: undefined }
    }
    throw new Failure('usage', `${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'change its permissions, or set DOCKER_CONFIG to another folder',
      cause,
    })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message would quote the file, and the file holds secrets.
    throw new Failure('usage', `${path} is not JSON`, { hint: 'mend or remove the file, then log in again' })
  }
  return parseDockerConfig(json, path)
}

/** The login for a registry: of its helper, of the store for all, or written in the file; undefined is anonymous. */
export async function findCredentials(
  registry: string,
  config: DockerConfig,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Credentials | undefined> {
  const key = hostKey(registry)
  const helper = config.credHelpers.get(key) ?? config.credsStore
  const server = isDockerHub(registry) ? hubKey : registry
  const kept = helper === undefined ? undefined : await askHelper(helper, server, env, signal)
  return kept ?? config.auths.get(key)
}

function hostKey(name: string): string {
  const host = name.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return endpointOf(host).host
}

function parseAuth(entry: unknown, wrong: () => Failure): Credentials | undefined {
  if (!isRecord(entry)) throw wrong()
  const text = (key: string): string | undefined => {
    const value = entry[key]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') throw wrong()
    return value
  }
  const identity = text('identitytoken')
  if (identity !== undefined) return { kind: 'identity', token: identity }
  const registry = text('registrytoken')
  if (registry !== undefined) return { kind: 'registry', token: registry }
  const auth = text('auth')
  if (auth !== undefined) {
    const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
    const colon = decoded.indexOf(':')
    if (colon < 0) throw wrong()
    return { kind: 'password', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
  }
  const [username, password] = [text('username'), text('password')]
  return username === undefined || password === undefined
    ? undefined
    : { kind: 'password', username, password }
}

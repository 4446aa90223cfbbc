import { Failure } from '../../failure.ts'
import { isRecord } from '../../image/manifest.ts'
import { readBody } from './body.ts'
import type { Challenge } from './challenge.ts'
import type { Credentials } from './credentials.ts'
import { statusFailure } from './failures.ts'
import { isTransientStatus, transientStatus } from './status.ts'
import { type HttpRequest, type RequestBody, type Transport, parseLocation } from './transport.ts'

/** A bearer token and until when (milliseconds of the clock) it is used. */
export interface Token {
  readonly value: string
  readonly until: number
}

const maxAnswer = 1024 * 1024
const clientId = 'pydeps-image'

/**
 * A token for these scopes from the service that a challenge names (distribution spec, "Token Authentication
 * Specification"; an identity token is exchanged as its "OAuth2" part says). Throws Failure, or Transient for what
 * may be over in a moment.
 */
export async function fetchToken(
  transport: Transport,
  challenge: Challenge,
  scopes: readonly string[],
  credentials: Credentials | undefined,
  registry: { readonly name: string; readonly base: URL },
): Promise<Token> {
  const realm = realmOf(challenge, registry)
  const { service } = challenge.parameters
  const request =
    credentials?.kind === 'identity'
      ? exchange(realm, service, scopes, credentials.token)
      : ask(realm, service, scopes, credentials)
  const what = `a token of ${realm.host} for ${scopes.join(', ') || registry.name}`
  const asked = {
    registry: registry.name,
    what,
    doing: scopes.some((scope) => scope.includes('push')) ? 'push' : 'read',
    authenticated: credentials !== undefined,
  } as const
  const response = await transport.send(request)
  const body = await readBody(transport, response, maxAnswer, what)
  if (isTransientStatus(response.status)) throw transientStatus(response, asked, body.toString())
  if (response.status !== 200) throw statusFailure(response.status, asked, body.toString())
  const { value, seconds } = parseToken(body.toString(), what)
  // A token is not used in its last tenth: the request has to arrive, too.
  return { value, until: Date.now() + Math.max(seconds, 60) * 900 }
}

/** The token and its life in seconds, 60 when the answer does not say. */
function parseToken(text: string, what: string): { value: string; seconds: number } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  const record = isRecord(json) ? json : {}
  const value = record['token'] ?? record['access_token']
  const seconds = record['expires_in']
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new Failure('build', `${what}: the answer holds no token`, {
      hint: 'check that the address of the registry is right',
    })
  }
  return { value, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 60 }
}

function ask(
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): HttpRequest {
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  if (credentials?.kind !== 'password') return { method: 'GET', url }
  url.searchParams.set('account', credentials.username)
  return { method: 'GET', url, headers: { authorization: basic(credentials) } }
}

function exchange(
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  refreshToken: string,
): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
    scope: scopes.join(' '),
  })
  if (service !== undefined) form.set('service', service)
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: bodyOf(Buffer.from(form.toString())),
  }
}

/** `Authorization` for a user name and password (RFC 7617). */
export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** A body that is in memory. */
export function bodyOf(bytes: Uint8Array): RequestBody {
  return {
    size: bytes.length,
    async *open() {
      yield await Promise.resolve(bytes)
    },
  }
}

/** Credentials go where the realm says: never unencrypted, unless the registry itself is. */
function realmOf(challenge: Challenge, { name, base }: { name: string; base: URL }): URL {
  const realm = parseLocation(challenge.parameters['realm'] ?? '', base)
  if (
    !challenge.parameters['realm'] ||
    !realm ||
    (realm.protocol === 'http:' && base.protocol === 'https:')
  ) {
    throw new Failure('build', `registry ${name} names no usable token service`, {
      hint: 'a realm must be an https address; this is for the keeper of the registry to mend',
    })
  }
  return realm
}

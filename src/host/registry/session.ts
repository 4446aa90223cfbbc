import { Failure } from '../../failure.ts'
import { readBody } from './body.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import type { Credentials } from './credentials.ts'
import { endpointOf } from './endpoint.ts'
import { type Asked, isPassing, networkFailure, statusFailure } from './failures.ts'
import { type RetryPolicy, Transient, retrying } from './retry.ts'
import { isTransientStatus, transientStatus } from './status.ts'
import { type HttpRequest, type HttpResponse, NetworkError, type Transport, discard } from './transport.ts'
import { TokenCache } from './token-cache.ts'
import { type Token, basic, fetchToken } from './tokens.ts'

export interface SessionOptions {
  readonly transport: Transport
  readonly policy: RetryPolicy
  /** Asked once, when the registry wants to know. */
  readonly credentials: () => Promise<Credentials | undefined>
  readonly signal?: AbortSignal | undefined
}

/** One request to a registry. */
export interface Call extends Omit<HttpRequest, 'url'> {
  /** Below `/v2/`, or an address that the registry gave. */
  readonly to: string | URL
  readonly scopes: readonly string[]
  /** Statuses that the caller deals with; all others are Failures. */
  readonly expect: readonly number[]
  readonly what: string
  readonly doing: 'read' | 'push'
}

/** Talks to one registry: finds out how it wants to be asked, logs in, and keeps the tokens. */
export class Session {
  /** The registry as references name it. */
  readonly registry: string
  readonly transport: Transport
  readonly policy: RetryPolicy
  readonly signal: AbortSignal | undefined
  readonly #findCredentials: () => Promise<Credentials | undefined>
  readonly #tokens = new TokenCache()
  #credentials: Promise<Credentials | undefined> | undefined
  #base: Promise<URL> | undefined
  #challenge: Challenge | undefined

  constructor(registry: string, options: SessionOptions) {
    this.registry = registry
    this.transport = options.transport
    this.policy = options.policy
    this.signal = options.signal
    this.#findCredentials = options.credentials
  }

  /** Sends until an expected answer comes; what may pass is tried again. Throws Failure. */
  call(call: Call): Promise<HttpResponse> {
    return retrying(this.policy, this.signal, () => this.attempt(call))
  }

  /** Sends once, and once more after a login. Throws Failure, or Transient for what may be over in a moment. */
  async attempt(call: Call): Promise<HttpResponse> {
    try {
      const base = await this.base()
      const url = typeof call.to === 'string' ? new URL(`/v2/${call.to}`, base) : call.to
      // What a registry wants to know is no business of another host that it points to.
      const mayKnow = url.origin === base.origin
      let authorization = mayKnow ? await this.#authorization(call.scopes) : undefined
      let response = await this.#send(call, url, authorization)
      if (response.status === 401 && mayKnow) {
        const scopes = this.#learn(response, call.scopes, authorization)
        const fresh = await this.#authorization(scopes)
        if (fresh !== undefined && fresh !== authorization) {
          discard(response)
          authorization = fresh
          response = await this.#send(call, url, fresh)
        }
      }
      if (call.expect.includes(response.status)) return response
      throw await this.#failed(call, response)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      const failure = networkFailure(error, { registry: this.registry, what: call.what })
      throw isPassing(error) ? new Transient(failure) : failure
    }
  }

  /** The registry's address. On this machine plain HTTP is tried first. Throws NetworkError. */
  base(): Promise<URL> {
    this.#base ??= this.#findBase().catch((error: unknown) => {
      this.#base = undefined
      throw error
    })
    return this.#base
  }

  async #findBase(): Promise<URL> {
    const { host, loopback } = endpointOf(this.registry)
    const secure = new URL(`https://${host}`)
    if (!loopback) return secure
    const plain = new URL(`http://${host}`)
    try {
      const response = await this.transport.send({ method: 'GET', url: new URL('/v2/', plain) })
      const body = await readBody(this.transport, response, 64 * 1024, `registry ${this.registry}`)
      return response.status === 400 && /https/i.test(body.toString()) ? secure : plain
    } catch (error) {
      if (error instanceof NetworkError && /^(?:ECONNRESET|HPE_\w+|EPIPE)$/.test(error.code)) return secure
      throw error
    }
  }

  #send(call: Call, url: URL, authorization: string | undefined): Promise<HttpResponse> {
    const headers = { ...call.headers, ...(authorization === undefined ? {} : { authorization }) }
    return this.transport.send({
      method: call.method,
      url,
      headers,
      ...(call.body ? { body: call.body } : {}),
    })
  }

  async #failed(call: Call, response: HttpResponse): Promise<Error> {
    const asked: Asked = {
      registry: this.registry,
      what: call.what,
      doing: call.doing,
      authenticated: this.#challenge !== undefined && (await this.#known()) !== undefined,
    }
    const body = await readBody(this.transport, response, 64 * 1024, call.what).then(
      (bytes) => bytes.toString(),
      () => '',
    )
    return isTransientStatus(response.status)
      ? transientStatus(response, asked, body)
      : statusFailure(response.status, asked, body)
  }

  /** Takes in a challenge, forgets a token that was refused, and gives the scopes to ask a new one for. */
  #learn(response: HttpResponse, scopes: readonly string[], refused: string | undefined): readonly string[] {
    const challenges = parseChallenges(response.headers['www-authenticate'])
    const challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ??
      challenges.find(({ scheme }) => scheme === 'basic')
    this.#challenge = challenge ?? this.#challenge
    const wanted = challenge?.parameters['scope']
    const all = wanted === undefined || covers(scopes, wanted) ? scopes : [...scopes, wanted]
    if (refused?.startsWith('Bearer ')) this.#tokens.forget(refused.slice('Bearer '.length))
    return all
  }

  async #authorization(scopes: readonly string[]): Promise<string | undefined> {
    if (!this.#challenge) return undefined
    const credentials = await this.#known()
    if (this.#challenge.scheme === 'basic') {
      if (credentials?.kind === 'identity' || credentials?.kind === 'registry') {
        throw new Failure('usage', `registry ${this.registry} takes user names and passwords, not tokens`, {
          hint: `log in with a user name and password (docker login ${this.registry})`,
        })
      }
      return credentials && basic(credentials)
    }
    if (credentials?.kind === 'registry') return `Bearer ${credentials.token}`
    const challenge = this.#challenge
    const token = await this.#tokens.get(scopes, () => this.#fetchToken(challenge, scopes, credentials))
    return `Bearer ${token.value}`
  }

  async #fetchToken(
    challenge: Challenge,
    scopes: readonly string[],
    credentials: Credentials | undefined,
  ): Promise<Token> {
    const registry = { name: this.registry, base: await this.base() }
    return fetchToken(this.transport, challenge, scopes, credentials, registry)
  }

  #known(): Promise<Credentials | undefined> {
    this.#credentials ??= this.#findCredentials()
    return this.#credentials
  }
}

/** Whether a scope that a challenge names is among those that are asked for anyway. */
function covers(scopes: readonly string[], wanted: string): boolean {
  const split = (scope: string): [string, readonly string[]] => {
    const colon = scope.lastIndexOf(':')
    return [scope.slice(0, colon), scope.slice(colon + 1).split(',')]
  }
  return wanted.split(' ').every((one) => {
    const [resource, actions] = split(one)
    return scopes.some((scope) => {
      const [offered, offers] = split(scope)
      return offered === resource && actions.every((action) => offers.includes(action))
    })
  })
}

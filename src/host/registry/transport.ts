import * as http from 'node:http'
import * as https from 'node:https'
import { Failure } from '../../failure.ts'

/** Milliseconds. */
export interface Timeouts {
  /** Until the head of an answer comes. */
  readonly response: number
  /** Without a byte in either direction. */
  readonly stall: number
  /** Until a registry has taken in a blob that was sent completely. */
  readonly commit: number
}

export const defaultTimeouts: Timeouts = { response: 60_000, stall: 60_000, commit: 300_000 }

/** A body that can be sent more than once. */
export interface RequestBody {
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody
}

export interface HttpResponse {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** What answered, after redirects. */
  readonly url: URL
  readonly body: http.IncomingMessage
}

/** No answer came, or a body broke off. `code` is the system's or OpenSSL's. */
export class NetworkError extends Error {
  readonly host: string
  readonly code: string

  constructor(host: string, cause: unknown) {
    const { code, message } = Object(cause) as { code?: unknown; message?: unknown }
    super(typeof message === 'string' ? message : String(cause), { cause })
    this.host = host
    this.code = typeof code === 'string' ? code : ''
  }
}

const redirects = new Set([301, 302, 303, 307, 308])
const maxRedirects = 5

/**
 * HTTP over `node:http` and `node:https`: the built-in fetch would keep a whole upload in memory. Connections are
 * kept and shared. Proxies are those of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), from Node 24.5 on;
 * more certificate authorities come from NODE_EXTRA_CA_CERTS.
 */
export class Transport {
  readonly #http: http.Agent
  readonly #https: https.Agent
  readonly #timeouts: Timeouts
  readonly #signal: AbortSignal | undefined

  constructor(env: NodeJS.ProcessEnv, timeouts: Timeouts = defaultTimeouts, signal?: AbortSignal) {
    const options = { keepAlive: true, maxFreeSockets: 8, proxyEnv: env }
    this.#http = new http.Agent(options)
    this.#https = new https.Agent(options)
    this.#timeouts = timeouts
    this.#signal = signal
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  /**
   * Sends a request; follows redirects of GET and HEAD, and takes Authorization along to the same origin alone.
   * Throws NetworkError when no answer comes.
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    let current = request
    for (let hop = 0; ; hop += 1) {
      const response = await this.#once(current)
      const location = response.headers.location
      const follows = request.method === 'GET' || request.method === 'HEAD'
      if (!follows || !redirects.has(response.status) || location === undefined) return response
      discard(response)
      const url = parseLocation(location, current.url)
      if (!url || hop >= maxRedirects) {
        throw new Failure('build', `${current.url.host} redirects without end or to no address`)
      }
      current = { ...current, url, headers: headersFor(current, url) }
    }
  }

  /** A body's chunks; throws NetworkError when it breaks off or stalls. */
  async *read(response: HttpResponse): AsyncGenerator<Uint8Array> {
    const { body, url } = response
    const watchdog = new Watchdog(this.#timeouts.stall, (error) => body.destroy(error))
    try {
      watchdog.start()
      for await (const chunk of body) {
        watchdog.stop()
        yield chunk as Buffer
        watchdog.start()
      }
    } catch (error) {
      this.#signal?.throwIfAborted()
      throw new NetworkError(url.host, error)
    } finally {
      watchdog.stop()
      body.destroy()
    }
  }

  #once({ method, url, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    const { response: responseTimeout, stall, commit } = this.#timeouts
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:'
      const request = (secure ? https : http).request(url, {
        method,
        agent: secure ? this.#https : this.#http,
        headers: {
          'user-agent': 'pydeps-image',
          ...headers,
          ...(body ? { 'content-length': String(body.size) } : {}),
        },
        ...(this.#signal ? { signal: this.#signal } : {}),
      })
      const watchdog = new Watchdog(responseTimeout, (error) => request.destroy(error))
      let wake = (): void => undefined
      request.on('response', (message) => {
        watchdog.stop()
        wake()
        resolve({ status: message.statusCode ?? 0, headers: message.headers, url, body: message })
      })
      request.on('error', (error) => {
        watchdog.stop()
        reject(this.#signal?.aborted ? abortReason(this.#signal) : new NetworkError(url.host, error))
      })
      request.on('close', () => wake())
      if (!body) {
        watchdog.start()
        request.end()
        return
      }
      const drained = (): Promise<void> =>
        new Promise((done) => {
          wake = done
          request.once('drain', done)
        })
      sendBody(request, body, drained, { watchdog, stall, commit }).catch((error: unknown) => {
        // A source that breaks is told as what it is, not as the connection that it breaks.
        reject(asError(error))
        request.destroy()
      })
    })
  }
}

/** Why a signal was raised, as an error. */
export function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}

/** Lets a connection go that nothing more is wanted from: small bodies are read to keep it, others cut. */
export function discard({ headers, body }: HttpResponse): void {
  body.on('error', () => undefined)
  if (Number(headers['content-length'] ?? Infinity) <= 64 * 1024) body.resume()
  else body.destroy()
}

/** The address that a `Location` header gives; undefined when it is none of HTTP. */
export function parseLocation(location: string, base: URL): URL | undefined {
  try {
    const url = new URL(location, base)
    return /^https?:$/.test(url.protocol) ? url : undefined
  } catch {
    return undefined
  }
}

function headersFor(request: HttpRequest, url: URL): Record<string, string> {
  const headers = { ...request.headers }
  if (url.origin !== request.url.origin) delete headers['authorization']
  return headers
}

/** Writes exactly as many bytes as the body says; time counts while the network has a chunk. */
async function sendBody(
  request: http.ClientRequest,
  body: RequestBody,
  drained: () => Promise<void>,
  { watchdog, stall, commit }: { watchdog: Watchdog; stall: number; commit: number },
): Promise<void> {
  let answer: http.IncomingMessage | undefined
  request.once('response', (message) => (answer = message))
  const over = (): boolean => answer !== undefined || request.destroyed
  let sent = 0
  for await (const chunk of body.open()) {
    sent += chunk.length
    if (over() || sent > body.size) break
    watchdog.start(stall)
    if (!request.write(chunk)) await drained()
    watchdog.stop()
  }
  if (answer !== undefined) {
    // The server has heard enough; its answer may still be on the way.
    answer.once('close', () => request.destroy())
    return
  }
  if (request.destroyed) return
  if (sent !== body.size) {
    throw new Failure('build', `a blob to be sent has not the ${body.size} bytes that its descriptor says`)
  }
  watchdog.start(commit)
  request.end()
}

class Watchdog {
  readonly #ms: number
  readonly #bite: (error: Error) => void
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number, bite: (error: Error) => void) {
    this.#ms = ms
    this.#bite = bite
  }

  start(ms = this.#ms): void {
    this.stop()
    const error = Object.assign(new Error(`nothing came for ${Math.round(ms / 1000)} s`), {
      code: 'ETIMEDOUT',
    })
    this.#timer = setTimeout(() => this.#bite(error), ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

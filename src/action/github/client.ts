import { HttpClient } from '@actions/http-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, type Dispatcher, fetch, type Response } from 'undici'
import { capped, visible } from '../../report/escape.ts'
import { errorOf, GitHubError } from './error.ts'

export interface GitHubOptions {
  /** Addresses of the REST and GraphQL interfaces, as the runner gives them in GITHUB_API_URL and GITHUB_GRAPHQL_URL. */
  readonly apiUrl: string
  readonly graphqlUrl?: string | undefined
  readonly token: string
  /** Milliseconds for all that is asked of this client, from its making on, waits included. */
  readonly patience: number
  /** Milliseconds for one request. */
  readonly timeout?: number
}

export type Query = Readonly<Record<string, string | number>>

/**
 * GitHub's REST interface. Paths begin with a slash, and what a stranger named is encoded in them (encodeURIComponent).
 * Every call throws GitHubError. Reading is tried again where that may help; writing never is: whoever writes has to
 * look first what came of it. Proxies are those of the process's environment.
 */
export interface GitHub {
  /** The JSON of an answer, to be narrowed. */
  get(path: string, query?: Query): Promise<unknown>
  /** The items of a list over all its pages; `key` where an answer has them under one. */
  list(path: string, query?: Query, key?: string): AsyncGenerator<unknown, void>
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The answer to a GraphQL query; throws GitHubError `not-found` where there is no GraphQL. */
  query(text: string): Promise<unknown>
  /** Bytes behind a path, of at most `limit`; redirects are followed, without the token on another host. */
  download(path: string, limit: number): Promise<Uint8Array>
  /** Waits before an attempt after so many; throws the error where another one would not help, or come too late. */
  waitAfter(error: unknown, attempts: number): Promise<void>
  /** Drops every connection. */
  close(): Promise<void>
}

/** Bytes that an answer may have: a hundred comments of the longest kind stay below. */
const answerBytes = 64 * 1024 * 1024
const maxPages = 100
const maxAttempts = 4

interface RequestOptions {
  readonly body?: unknown
  /** Bytes of the answer. */
  readonly limit?: number
  readonly redirect?: 'follow' | 'manual'
  /** Without the token. */
  readonly anonymous?: boolean
}

export function createGitHub(options: GitHubOptions): GitHub {
  const { apiUrl, graphqlUrl, token, patience, timeout = 15_000 } = options
  const root = apiUrl.replace(/\/+$/, '')
  const proxied: Dispatcher | undefined = new HttpClient().getAgentDispatcher(root)
  const dispatcher = proxied ?? new Agent()
  const over = AbortSignal.timeout(patience)
  const deadline = performance.now() + patience

  const once = async (
    method: string,
    address: string,
    what: string,
    { body, limit = answerBytes, redirect = 'follow', anonymous = false }: RequestOptions = {},
  ): Promise<{ readonly headers: Response['headers']; readonly bytes: Buffer }> => {
    try {
      const response = await fetch(address, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          ...(anonymous ? {} : { authorization: `Bearer ${token}` }),
          'user-agent': 'pydeps-image',
          'x-github-api-version': '2022-11-28',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([over, AbortSignal.timeout(timeout)]),
        dispatcher,
        redirect,
      })
      const bytes = await readBody(response, limit, what)
      const isRedirect = redirect === 'manual' && response.headers.has('location')
      if (response.ok || isRedirect) return { headers: response.headers, bytes }
      throw errorOf(what, response.status, response.headers, bytes.toString('utf8'), Date.now())
    } catch (error) {
      throw error instanceof GitHubError ? error : unreachable(what, error)
    }
  }

  const waitAfter = async (error: unknown, attempts: number): Promise<void> => {
    if (!(error instanceof GitHubError) || !error.transient || attempts >= maxAttempts) throw error
    // Jitter keeps jobs that failed together from coming back together.
    const wait = error.retryAfter ?? 500 * 2 ** (attempts - 1) * (0.5 + Math.random())
    if (performance.now() + wait >= deadline) throw error
    await sleep(wait)
  }

  const read = async (path: string, what: string, options?: RequestOptions): ReturnType<typeof once> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once('GET', root + path, what, options)
      } catch (error) {
        await waitAfter(error, attempt)
      }
    }
  }

  return {
    async get(path, query) {
      const what = `GET ${path}`
      const { bytes } = await read(path + queryText(query), what)
      return parseAnswer(bytes, what)
    },
    async *list(path, query, key) {
      const what = `GET ${path}`
      let next: string | undefined = queryText({ per_page: 100, ...query })
      for (let page = 1; next !== undefined && page <= maxPages; page += 1) {
        const { headers, bytes } = await read(path + next, what)
        const answer = parseAnswer(bytes, what)
        const items = key === undefined ? answer : (Object(answer) as Record<string, unknown>)[key]
        if (!Array.isArray(items)) throw notGitHub(what)
        yield* items as unknown[]
        next = nextQuery(headers.get('link'))
      }
    },
    async send(method, path, body) {
      const what = `${method} ${path}`
      const { bytes } = await once(method, root + path, what, { body })
      return bytes.length === 0 ? undefined : parseAnswer(bytes, what)
    },
    async query(query) {
      if (graphqlUrl === undefined) throw new GitHubError('not-found', 'there is no GraphQL interface')
      const { bytes } = await once('POST', graphqlUrl, 'POST /graphql', { body: { query } })
      return parseAnswer(bytes, 'POST /graphql')
    },
    async download(path, limit) {
      const what = `GET ${path}`
      const { headers, bytes } = await read(path, what, { limit, redirect: 'manual' })
      const location = headers.get('location')
      if (location === null) return bytes
      // What is signed needs no token, and the storage is not to see it, wherever it is.
      const to = new URL(location, root).href
      return (await once('GET', to, what, { limit, anonymous: true })).bytes
    },
    waitAfter,
    close: () => dispatcher.destroy(),
  }
}

/** A body of at most so many bytes; what is longer is cut off, and is an error. */
async function readBody(response: Response, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > limit) {
      throw new GitHubError('broken', `GitHub answered ${what} with more than ${limit} bytes`, {
        status: response.status,
      })
    }
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks)
}

function parseAnswer(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw notGitHub(what, cause)
  }
}

function notGitHub(what: string, cause?: unknown): GitHubError {
  const message = `what answered ${what} is not GitHub: a proxy or a sign-in page may be in between`
  return new GitHubError('broken', message, { cause })
}

function unreachable(what: string, cause: unknown): GitHubError {
  interface Thrown {
    readonly name?: unknown
    readonly message?: unknown
    readonly cause?: unknown
  }
  const outer = Object(cause) as Thrown
  // fetch wraps what happened to the connection.
  const { name, message } = Object(outer.cause ?? cause) as Thrown
  const why =
    (outer.name ?? name) === 'TimeoutError' ? 'no answer came in time' : capped(visible(String(message)), 200)
  return new GitHubError('unreachable', `${what} did not reach GitHub: ${why}`, { transient: true, cause })
}

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

/** The query of the next page. Its host is left out: the token goes to no other one than it was given for. */
function nextQuery(link: string | null): string | undefined {
  const address = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1]
  const at = address?.indexOf('?') ?? -1
  return address === undefined || at < 0 ? undefined : address.slice(at)
}

import { afterEach, describe, expect, it } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGitHub, type GitHub, type GitHubOptions } from '../../../src/action/github/client.ts'
import { GitHubError } from '../../../src/action/github/error.ts'

const servers: Server[] = []
const clients: GitHub[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server of these answers, one after another; the last one stays. Gives its address and what it was asked. */
async function serve(
  ...handlers: readonly Handler[]
): Promise<{ url: string; asked: { line: string; headers: IncomingMessage['headers']; body: string }[] }> {
  const asked: { line: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const handler = handlers[Math.min(asked.length, handlers.length - 1)]
      asked.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, headers: request.headers, body })
      handler?.(request, response, body)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function connect(apiUrl: string, options: Partial<GitHubOptions> = {}): GitHub {
  const client = createGitHub({ apiUrl, token: 'secret-token', patience: 20_000, ...options })
  clients.push(client)
  return client
}

const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

async function errorFrom(promise: Promise<unknown>): Promise<GitHubError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof GitHubError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const item of items) found.push(item)
  return found
}

it('asks as GitHub wants to be asked, below a path of an Enterprise Server too', async () => {
  const { url, asked } = await serve(json({ default_branch: 'main' }))
  expect(await connect(`${url}/api/v3/`).get('/repos/acme/api', { a: 'b c' })).toEqual({
    default_branch: 'main',
  })
  expect(asked[0]?.line).toBe('GET /api/v3/repos/acme/api?a=b+c')
  expect(asked[0]?.headers).toMatchObject({
    authorization: 'Bearer secret-token',
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'pydeps-image',
  })
})

it('sends JSON, and takes an answer without a body', async () => {
  const { url, asked } = await serve(json({ id: 1 }, 201), (_, response) => response.writeHead(204).end())
  const github = connect(url)
  expect(await github.send('POST', '/x', { body: 'é' })).toEqual({ id: 1 })
  expect(await github.send('DELETE', '/x')).toBeUndefined()
  expect(asked[0]).toMatchObject({ line: 'POST /x', body: '{"body":"é"}' })
})

describe('a list', () => {
  it('is read over all its pages, from one host alone', async () => {
    const { url, asked } = await serve(
      json([1, 2], 200, {
        link: '<https://elsewhere.example/x?page=0>; rel="prev", <https://elsewhere.example/x?per_page=100&page=2>; rel="next"',
      }),
      json([3], 200, { link: '<https://elsewhere.example/x?page=1>; rel="first"' }),
    )
    expect(await all(connect(url).list('/x', { state: 'open' }))).toEqual([1, 2, 3])
    expect(asked.map(({ line }) => line)).toEqual([
      'GET /x?per_page=100&state=open',
      'GET /x?per_page=100&page=2',
    ])
  })

  it('that is none is told', async () => {
    const { url } = await serve(json({ items: [] }))
    expect(await errorFrom(all(connect(url).list('/x')))).toMatchObject({ kind: 'broken' })
  })
})

describe('what GitHub refuses', () => {
  it.each([
    [401, { message: 'Bad credentials' }, {}, 'unauthorized'],
    [403, { message: 'Resource not accessible by integration' }, {}, 'forbidden'],
    [403, { message: 'Unable to create comment because issue is locked.' }, {}, 'locked'],
    [403, { message: 'You have exceeded a secondary rate limit.' }, {}, 'limited'],
    [403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0' }, 'limited'],
    [403, { message: 'You have triggered an abuse detection mechanism.' }, {}, 'limited'],
    [404, { message: 'Not Found' }, {}, 'not-found'],
    [410, { message: 'Gone' }, {}, 'gone'],
    [422, { message: 'Validation Failed' }, {}, 'invalid'],
    [400, 'no object', {}, 'invalid'],
  ] as const)('%i %j %j is %s, and is not tried again', async (status, body, headers, kind) => {
    const { url, asked } = await serve(json(body, status, headers))
    const error = await errorFrom(connect(url).get('/repos/acme/api'))
    expect(error).toMatchObject({ kind, status, transient: false })
    expect(error.message).toContain(`GET /repos/acme/api with ${status}`)
    expect(asked).toHaveLength(1)
  })

  it('shows nothing that acts on a log', async () => {
    const { url } = await serve(json({ message: `\x1b[2J\n::error::${'x'.repeat(1000)}` }, 422))
    const { message } = await errorFrom(connect(url).get('/x'))
    expect(message).toContain(String.raw`\x1b[2J\n::error::`)
    expect(message.length).toBeLessThan(300)
  })
})

describe('what may pass', () => {
  it('is tried again when it is read: an error of the server', async () => {
    const { url, asked } = await serve(json({}, 502), json({}, 503), json({ ok: true }))
    expect(await connect(url).get('/x')).toEqual({ ok: true })
    expect(asked).toHaveLength(3)
  }, 30_000)

  it('is tried again when it is read: a limit that says until when', async () => {
    const limited = json({ message: 'secondary rate limit' }, 403, { 'retry-after': '0' })
    const { url } = await serve(
      limited,
      json({}, 429, { 'retry-after': new Date().toUTCString() }),
      json({ ok: 1 }),
    )
    expect(await connect(url).get('/x')).toEqual({ ok: 1 })
  })

  it('is tried again when it is read: a connection that breaks', async () => {
    const { url } = await serve((request) => request.socket.destroy(), json({ ok: 1 }))
    expect(await connect(url).get('/x')).toEqual({ ok: 1 })
  }, 30_000)

  it('is given up when the wait is longer than the patience', async () => {
    const { url, asked } = await serve(json({}, 429, { 'retry-after': '3600' }))
    expect(await errorFrom(connect(url).get('/x'))).toMatchObject({ kind: 'limited', retryAfter: 3_600_000 })
    expect(asked).toHaveLength(1)
  })

  it('is given up after a few times', async () => {
    const { url, asked } = await serve(json({}, 500, { 'retry-after': '0' }))
    expect(await errorFrom(connect(url).get('/x'))).toMatchObject({ kind: 'broken', status: 500 })
    expect(asked).toHaveLength(4)
  })

  it('is not tried again when it writes', async () => {
    const { url, asked } = await serve(json({}, 502))
    expect(await errorFrom(connect(url).send('POST', '/x', {}))).toMatchObject({ transient: true })
    expect(asked).toHaveLength(1)
  })
})

describe('what is not GitHub', () => {
  it('is told: a page instead of JSON', async () => {
    const { url } = await serve((_, response) => response.end('<html>sign in</html>'))
    const error = await errorFrom(connect(url).get('/x'))
    expect(error).toMatchObject({ kind: 'broken', transient: false })
    expect(error.message).toContain('is not GitHub')
    expect(error.message).not.toContain('sign in')
  })

  it('is told: nothing that listens', async () => {
    const error = await errorFrom(connect('http://127.0.0.1:1', { patience: 100 }).get('/x'))
    expect(error).toMatchObject({ kind: 'unreachable', status: undefined })
    expect(error.message).not.toContain('secret-token')
  })

  it('is given up: a server that never answers', async () => {
    const { url } = await serve(() => undefined)
    const error = await errorFrom(connect(url, { timeout: 200, patience: 300 }).get('/x'))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toContain('no answer came in time')
  })

  it('is given up: an answer that never ends', async () => {
    const { url } = await serve((_, response) => {
      response.write('[')
    })
    const error = await errorFrom(connect(url, { timeout: 200, patience: 300 }).get('/x'))
    expect(error).toMatchObject({ kind: 'unreachable' })
  })
})

describe('a download', () => {
  it('follows a redirect, and keeps the token from another host', async () => {
    const storage = await serve((_, response) => response.end(Buffer.from([1, 2, 255])))
    const { url, asked } = await serve((_, response) =>
      response.writeHead(302, { location: `${storage.url}/blob?sig=1` }).end(),
    )
    const bytes = await connect(url).download('/zip', 10)
    expect([...bytes]).toEqual([1, 2, 255])
    expect(asked[0]?.headers.authorization).toBe('Bearer secret-token')
    expect(storage.asked[0]?.line).toBe('GET /blob?sig=1')
    expect(storage.asked[0]?.headers.authorization).toBeUndefined()
  })

  it('over its limit is cut off', async () => {
    const { url } = await serve((_, response) => {
      response.write('x'.repeat(11))
    })
    const error = await errorFrom(connect(url).download('/zip', 10))
    expect(error.message).toContain('more than 10 bytes')
    expect(error).toMatchObject({ kind: 'broken', transient: false })
  })
})

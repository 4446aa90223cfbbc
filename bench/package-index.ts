import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseRequirements } from '../src/project/requirements.ts'

/** A package index on loopback, whose answers uv may keep. */
export interface PackageIndex {
  /** For `UV_DEFAULT_INDEX`. */
  readonly url: string
  close(): Promise<void>
}

/** What was answered once, with the headers that matter. */
interface Kept {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/**
 * Passes on what uv's own index has, and keeps it in the folder. Mirrors often do not say how long an answer may be
 * kept, and uv then downloads everything again in each build; so this one says what the public index says: pages for
 * ten minutes, files for ever.
 */
export async function startPackageIndex(uv: string, folder: string): Promise<PackageIndex> {
  // A page is as old as this run.
  rmSync(join(folder, 'pages'), { recursive: true, force: true })
  for (const part of ['pages', 'files']) mkdirSync(join(folder, part), { recursive: true })
  const upstream = ownIndex(uv, folder)
  let own = ''
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(502, { 'cache-control': 'no-store' }).end(String(error))
    })
  })

  async function answer(
    { url: path = '', headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const isPage = path.startsWith('/simple/')
    const address = isPage ? `${upstream}${path.slice('/simple/'.length)}` : addressOf(path)
    const part = join(folder, isPage ? 'pages' : 'files')
    const { status, type, body } = await fetchOnce(address, part, isPage ? String(headers.accept) : '*/*')
    const text = isPage ? Buffer.from(throughHere(body.toString(), address, own)) : body
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`
    const age = isPage ? 'max-age=600, public' : 'max-age=365000000, immutable, public'
    const kept = { 'cache-control': status === 200 ? age : 'no-store', etag }
    if (headers['if-none-match'] === etag) response.writeHead(304, kept).end()
    else
      response.writeHead(status, { ...kept, 'content-type': type, 'content-length': text.length }).end(text)
  }

  await listen(server, portOf(folder)).catch(() => listen(server, 0))
  const { port } = server.address() as AddressInfo
  writeFileSync(join(folder, 'port'), String(port))
  own = `http://127.0.0.1:${port}`
  server.unref()
  return {
    url: `${own}/simple/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

/** The same port as the last time where it is free: what uv keeps, it keeps under the address. */
function portOf(folder: string): number {
  const file = join(folder, 'port')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

/** What uv with its settings calls its index, with a slash at the end. */
function ownIndex(uv: string, folder: string): string {
  const args = ['pip', 'compile', '-', '--emit-index-url', '--no-header', '--quiet', '--offline']
  const said = execFileSync(uv, args, { cwd: folder, input: '', encoding: 'utf8' })
  const { indexUrl } = parseRequirements(said, 'uv').options
  if (indexUrl === undefined) throw new Error(`uv names no index: ${said}`)
  return indexUrl.replace(/\/*$/, '/')
}

async function fetchOnce(address: string, folder: string, accept: string): Promise<Kept> {
  const name = join(folder, createHash('sha256').update(`${address}\n${accept}`).digest('hex'))
  if (existsSync(`${name}.type`))
    return { status: 200, type: readFileSync(`${name}.type`, 'utf8'), body: readFileSync(name) }
  const answer = await fetch(address, { headers: { accept } })
  const type = answer.headers.get('content-type') ?? 'application/octet-stream'
  const body = Buffer.from(await answer.arrayBuffer())
  if (answer.status === 200) {
    writeFileSync(name, body)
    writeFileSync(`${name}.type`, type)
  }
  return { status: answer.status, type, body }
}

/** Links of a page of either form, to files on this server. */
function throughHere(page: string, address: string, own: string): string {
  return page.replace(
    /(\bhref="|"url"\s*:\s*")([^"]+)/g,
    (_, before: string, link: string) =>
      `${before}${own}/files/${new URL(link, address).href.replace('://', '/')}`,
  )
}

function addressOf(path: string): string {
  return path.replace(/^\/files\/(https?)\//, '$1://')
}

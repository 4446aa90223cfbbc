import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCacheClient } from '../../../src/action/cache/client.ts'
import { entryName } from '../../../src/action/cache/exchange.ts'
import { createPatience } from '../../../src/action/patience.ts'
import { run } from '../../../src/host/process.ts'
import { bundled } from '../../fixtures/bundle.ts'
import { type CacheCall, type StartedCacheService, startCacheService } from '../../fixtures/cache-service.ts'

const slow = 60_000
/** What the toolkit calls an entry's version, where zstd is there. */
const version = createHash('sha256').update(`${entryName}|zstd-without-long|1.0`).digest('hex')

let service: StartedCacheService
let folder: string
/** The bundle, which starts in a third of the time that the sources take. */
let program: string
let compiled: string
beforeAll(async () => {
  service = await startCacheService()
  program = join(await bundled(), 'cache/index.js')
  compiled = await mkdtemp(join(tmpdir(), 'cache-compiled-'))
}, slow)
afterAll(async () => {
  await service.close()
  await rm(compiled, { recursive: true })
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-client-'))
})
afterEach(async () => {
  service.reset()
  await rm(folder, { recursive: true })
})

type Options = Partial<Parameters<typeof createCacheClient>[0]>

function client(options: Options = {}): ReturnType<typeof createCacheClient> {
  const env = { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: compiled, ...service.env() }
  return createCacheClient({ run, program, env, patience: createPatience(), ...options })
}

async function fileOf(text: string, name = 'given'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** An archive as the toolkit would have it, made by `make` in an empty folder. */
async function put(key: string, make: (work: string) => Promise<readonly string[]>): Promise<void> {
  const work = join(folder, 'poison')
  await mkdir(work)
  const names = await make(work)
  const archive = execFileSync('tar', ['-P', '--zstd', '-cf', '-', '-C', work, ...names], {
    maxBuffer: 2 ** 26,
  })
  await rm(work, { recursive: true })
  service.put(key, version, archive)
}

/** Nothing but what a test put there: no folder of the client, no entry. */
async function left(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name !== 'given')
}

describe.each([2, 1] as const)('version %i of the service', (serviceVersion) => {
  const env = (options = {}): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    ...service.env({ serviceVersion, ...options }),
  })

  it(
    'keeps a file under a key, and gives it back',
    async () => {
      const cache = client({ env: env() })
      const to = join(folder, 'inner', 'got')
      expect(await cache.restore(to, 'a-1', ['a-'])).toEqual({ kind: 'miss' })
      expect(await cache.save(await fileOf('one'), 'a-1')).toEqual({ kind: 'saved' })
      expect(await cache.save(await fileOf('two'), 'a-2')).toEqual({ kind: 'saved' })
      expect(await cache.save(await fileOf('other'), 'a-2')).toEqual({ kind: 'exists' })
      expect(await cache.restore(to, 'a-1', ['a-'])).toEqual({ kind: 'hit', key: 'a-1' })
      expect(await readFile(to, 'utf8')).toBe('one')
      expect(await cache.restore(to, 'a-3', ['b-', 'a-'])).toEqual({ kind: 'hit', key: 'a-2' })
      expect(await readFile(to, 'utf8')).toBe('two')
      expect(await readdir(folder)).toEqual(['given', 'inner'])
      expect(await readdir(join(folder, 'inner'))).toEqual(['got'])
    },
    slow,
  )

  it(
    'takes a token that only reads as it is',
    async () => {
      const cache = client({ env: env({ readOnly: true }) })
      expect(await cache.save(await fileOf('one'), 'a-1')).toEqual({
        kind: 'failed',
        severity: 'notice',
        reason: expect.stringContaining('cache write denied') as unknown,
      })
    },
    slow,
  )

  it(
    'says why it failed',
    async () => {
      service.fail('lookup', { status: 429, body: { msg: 'too many' }, headers: { 'retry-after': '9' } })
      service.fail('reserve', {
        status: 403,
        body: { msg: 'insufficient usage', message: 'over the data cap' },
      })
      const cache = client({ env: env() })
      expect(await cache.restore(join(folder, 'got'), 'a-1', [])).toEqual({
        kind: 'failed',
        severity: 'warning',
        reason: expect.stringMatching(
          serviceVersion === 2 ? /Rate limited.*429.*too many/ : /429/,
        ) as unknown,
      })
      expect(await cache.save(await fileOf('one'), 'a-1')).toEqual({
        kind: 'failed',
        severity: 'warning',
        reason: expect.stringMatching(/quota has been hit|over the data cap/) as unknown,
      })
      expect(await left()).toEqual([])
    },
    slow,
  )
})

it(
  'says nothing to the log of its own process',
  async () => {
    const { stdout, stderr, code } = await run(process.execPath, [program], {
      cwd: folder,
      env: { PATH: process.env['PATH'], RUNNER_TEMP: folder, ...service.env() },
      input: JSON.stringify({ kind: 'restore', key: '\n::error::x', prefixes: [], limitMs: 10_000 }),
    })
    expect({ stdout, stderr, code }).toEqual({ stdout: '{"kind":"miss"}', stderr: '', code: 0 })
  },
  slow,
)

it('asks nothing where there is no service', async () => {
  const cache = client({ env: { PATH: process.env['PATH'] }, program: '/nowhere' })
  const failure = { kind: 'failed', severity: 'notice', reason: 'this runner has no cache service' }
  expect(await cache.restore(join(folder, 'got'), 'a', [])).toEqual(failure)
  expect(await cache.save(join(folder, 'got'), 'a')).toEqual(failure)
})

it('does not ask for keys that no entry can have', async () => {
  const reason = expect.stringContaining('cannot be the key') as unknown
  expect(await client().restore(join(folder, 'got'), 'a,b', [])).toMatchObject({ kind: 'failed', reason })
  expect(await client().save(await fileOf('x'), 'a'.repeat(513))).toMatchObject({ kind: 'failed', reason })
  expect(service.calls).toEqual([])
})

it(
  'keeps nothing of a program that cannot run',
  async () => {
    const result = await client({ program: join(folder, 'none.ts') }).restore(join(folder, 'got'), 'a', [])
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining('status 1') as unknown })
    expect(await left()).toEqual([])
  },
  slow,
)

describe('a poisoned entry', () => {
  it.each<[string, (work: string, victim: string) => Promise<readonly string[]>]>([
    [
      'with an absolute path',
      async (_, victim) => {
        await writeFile(victim, 'poison')
        return [victim]
      },
    ],
    [
      'with a path that leads out',
      async (work, victim) => {
        await writeFile(victim, 'poison')
        await writeFile(join(work, entryName), 'good')
        return [entryName, `../${victim.slice(victim.lastIndexOf('/') + 1)}`]
      },
    ],
    [
      'with a symbolic link',
      async (work, victim) => {
        await symlink(victim, join(work, entryName))
        return [entryName]
      },
    ],
    [
      'with a hard link',
      async (work, victim) => {
        await writeFile(victim, 'poison')
        execFileSync('ln', [victim, join(work, entryName)])
        return [victim, entryName]
      },
    ],
    [
      'with a folder',
      async (work) => {
        await mkdir(join(work, entryName))
        await writeFile(join(work, entryName, 'x'), 'poison')
        return [entryName]
      },
    ],
    [
      'with nothing',
      async (work) => {
        await writeFile(join(work, 'other'), 'poison')
        return ['other']
      },
    ],
  ])(
    '%s harms nothing',
    async (_, make) => {
      const victim = join(folder, 'victim')
      await put('a', (work) => make(work, victim))
      await writeFile(victim, 'whole')
      const to = join(folder, 'got')
      const outcome = await client().restore(to, 'a', [])
      expect(await readFile(victim, 'utf8')).toBe('whole')
      if (outcome.kind === 'hit') expect(await readFile(to, 'utf8')).toBe('good')
      else expect(outcome).toMatchObject({ kind: 'failed', severity: 'warning' })
      expect((await left()).filter((name) => name !== 'got')).toEqual(['victim'])
    },
    slow,
  )

  it(
    'that leads through a link of the name it may have',
    async () => {
      const target = join(folder, 'target')
      await mkdir(target)
      // A link, and then a file below it: what `tar -x` follows when it takes all of an archive.
      const first = execFileSync(
        'sh',
        ['-c', `ln -s ${target} ${entryName} && tar -cf - ${entryName} && rm ${entryName}`],
        {
          cwd: folder,
        },
      )
      await mkdir(join(folder, entryName))
      await writeFile(join(folder, entryName, 'victim'), 'poison')
      const second = execFileSync('tar', ['-cf', '-', `${entryName}/victim`], { cwd: folder })
      await rm(join(folder, entryName), { recursive: true })
      // Its header alone, without the end of an archive.
      const joined = Buffer.concat([first.subarray(0, 512), second])
      service.put('a', version, execFileSync('zstd', ['-c'], { input: joined }))
      expect(await client().restore(join(folder, 'got'), 'a', [])).toMatchObject({ kind: 'failed' })
      expect(await readdir(target)).toEqual([])
      expect(await left()).toEqual(['target'])
    },
    slow,
  )

  it(
    'that is small and unpacks to more than a disk may hold is stopped',
    async () => {
      const sparse = join(folder, entryName)
      execFileSync('truncate', ['-s', '9G', sparse])
      const archive = execFileSync('tar', ['--sparse', '--zstd', '-cf', '-', '-C', folder, entryName])
      await rm(sparse)
      service.put('a', version, archive)
      expect(await client().restore(join(folder, 'got'), 'a', [])).toMatchObject({ kind: 'failed' })
      expect(await left()).toEqual([])
    },
    slow,
  )

  it(
    'of another key is not believed',
    async () => {
      service.put('elsewhere', version, Buffer.from('x'))
      service.fail('lookup', {
        answer: () => ({
          status: 200,
          body: {
            ok: true,
            matched_key: 'b-1',
            signed_download_url: `${service.url}account/actions-cache/${one.id}`,
          },
        }),
      })
      const one = await keep('b-1')
      expect(await client().restore(join(folder, 'got'), 'a-1', ['a-'])).toMatchObject({
        kind: 'failed',
        reason: 'the service answered with another key: "b-1"',
      })
      expect(existsSync(join(folder, 'got'))).toBe(false)
    },
    slow,
  )
})

/** Puts an entry there as the client would have made it. */
async function keep(key: string): Promise<StartedCacheService['entries'][number]> {
  await put(key, async (work) => {
    await writeFile(join(work, entryName), 'good')
    return [entryName]
  })
  const entry = service.entries.at(-1)
  if (!entry) throw new Error('not kept')
  return entry
}

describe('a fault', () => {
  const calls: readonly [CacheCall, 'restore' | 'save'][] = [
    ['lookup', 'restore'],
    ['download', 'restore'],
    ['reserve', 'save'],
    ['upload', 'save'],
    ['finalize', 'save'],
  ]
  it.each(
    calls.flatMap(([call, kind]) =>
      // The answer to an upload has no body to cut.
      (['hang', 'reset', ...(call === 'upload' ? [] : (['stall', 'cut'] as const))] as const).map(
        (fault) => [kind, call, fault] as const,
      ),
    ),
  )(
    'of a %s ends it: %s %s',
    async (kind, call, fault) => {
      await keep('a')
      service.fail(call, fault)
      const cache = client({ patience: createPatience(1_500) })
      const to = join(folder, 'got')
      const outcome =
        kind === 'restore' ? await cache.restore(to, 'a', []) : await cache.save(await fileOf('x'), 'b')
      expect(outcome).toMatchObject({ kind: 'failed', severity: 'warning' })
      expect(existsSync(to)).toBe(false)
      expect(await left()).toEqual([])
      expect(service.calls.at(-1)).toBe(call)
      // The patience of a client is for all of its calls.
      if (fault === 'hang') {
        service.calls.length = 0
        expect(await cache.restore(to, 'a', [])).toMatchObject({ kind: 'failed' })
        expect(service.calls).toEqual([])
      }
    },
    slow,
  )

  it(
    'that the toolkit would try five times is tried twice',
    async () => {
      service.fail('lookup', { status: 503, body: { msg: 'away' } })
      expect(await client().restore(join(folder, 'got'), 'a', [])).toEqual({
        kind: 'failed',
        severity: 'warning',
        reason: 'Failed request: (503) Service Unavailable: away',
      })
      expect(service.calls).toEqual(['lookup', 'lookup'])
    },
    slow,
  )

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['truncated', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['damaged', (bytes) => Buffer.from(bytes.map((byte, i) => (i > 20 ? byte ^ 0x55 : byte)))],
    ['empty', () => Buffer.alloc(0)],
  ])(
    'of an entry that is %s leaves nothing',
    async (_, damage) => {
      const entry = await keep('a')
      entry.bytes = damage(entry.bytes)
      expect(await client().restore(join(folder, 'got'), 'a', [])).toMatchObject({ kind: 'failed' })
      expect(await left()).toEqual([])
    },
    slow,
  )

  it(
    'of an entry that goes away after the lookup is a failure',
    async () => {
      await keep('a')
      service.fail('download', { status: 404, body: 'BlobNotFound' })
      expect(await client().restore(join(folder, 'got'), 'a', [])).toMatchObject({ kind: 'failed' })
    },
    slow,
  )
})

it(
  'replaces what is there, and follows no link there',
  async () => {
    await keep('a')
    const elsewhere = await fileOf('whole', 'another')
    const to = join(folder, 'got')
    await symlink(elsewhere, to)
    expect(await client().restore(to, 'a', [])).toEqual({ kind: 'hit', key: 'a' })
    expect(await readFile(elsewhere, 'utf8')).toBe('whole')
    expect((await lstat(to)).isFile()).toBe(true)
  },
  slow,
)

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { entryName } from '../../src/action/cache/exchange.ts'
import { createSite, type Site } from '../fixtures/built.ts'
import {
  type CacheCall,
  type CacheEntry,
  type CacheFault,
  type Reply,
  type StartedCacheService,
  startCacheService,
} from '../fixtures/cache-service.ts'
import { type Job, type JobResult, runJob } from '../fixtures/cached-job.ts'
import { fastClock } from '../fixtures/fast-clock.ts'
import { createWheel } from '../fixtures/wheel.ts'

// What building takes on a busy machine.
const limit = 120_000
const repository = { GITHUB_REPOSITORY: 'acme/api' }
/** A push to main, which also looks for a baseline and keeps one. */
const push = {
  ...repository,
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'a'.repeat(40),
}
/** Where something hangs: all limits come an eighth as late. */
const hasty = { NODE_OPTIONS: fastClock(8) }
const heavy = createWheel('heavy', '1.0', { 'heavy/data.txt': 'heavy '.repeat(900_000) })
const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const everything = [`/files/${alpha.filename}`, `/files/${heavy.filename}`]

const inputs = { 'max-size': '1 GB', name: 'app' }

let site: Site
let service: StartedCacheService
let workspace: string
/** What an undisturbed job made: the image, the entry, and the store of its machine. */
let digest: string
let entry: CacheEntry
let store: string
let victim: string

beforeAll(async () => {
  site = await createSite([heavy, alpha])
  service = await startCacheService()
  workspace = await site.project([heavy, alpha], { 'app.py': 'print("app")\n' })
  store = await site.newFolder('store')
  const undisturbed = await runJob(site, service, workspace, { store, inputs, env: repository })
  digest = undisturbed.outputs['digest'] ?? ''
  const [made] = service.entries
  if (!made) throw new Error(undisturbed.postLog)
  entry = { ...made }
  // Its store as it was before anything was asked to save it.
  await rm(store, { recursive: true })
  await runJob(site, service, workspace, {
    store,
    inputs,
    env: repository,
    without: ['ACTIONS_RUNTIME_TOKEN'],
  })
}, limit)
afterAll(async () => {
  await site.close()
  await service.close()
})
beforeEach(async () => {
  victim = join(await site.newFolder('home'), 'victim')
  await writeFile(victim, 'whole')
})
afterEach(() => service.reset())

/** Whatever the cache does: the image, the verdict and the machine are as they would be without it. */
async function unharmed(job: Job): Promise<JobResult> {
  const temporary = job.store ?? (await site.newFolder('store'))
  const result = await runJob(site, service, workspace, {
    ...job,
    store: temporary,
    inputs,
    env: { ...repository, ...job.env },
  })
  expect(result).toMatchObject({ status: 0, postStatus: 0, errors: [] })
  expect(result.outputs).toMatchObject({ digest, verdict: 'pass' })
  expect(await readFile(victim, 'utf8')).toBe('whole')
  expect(await readdir(join(temporary, 'pydeps-image', 'tmp'))).toEqual([])
  expect((await readdir(workspace)).sort()).toEqual(['app.py', 'image', 'pylock.toml'])
  return result
}

const away: Reply = { status: 503, body: { msg: 'away' } }
const tooMany: Reply = { status: 429, body: { msg: 'too many' }, headers: { 'retry-after': '60' } }
const page: Reply = {
  status: 200,
  body: '<html>a proxy says hello</html>',
  headers: { 'content-type': 'text/html' },
}
const quota: Reply = {
  status: 403,
  body: { msg: 'insufficient usage to use the cache', message: 'over the cap' },
}
const gone: Reply = { status: 404, body: 'BlobNotFound' }
const answered = (body: object): Reply => ({ status: 200, body })

describe('a restore', () => {
  /** The pack of the good entry, and an entry like it of other files. */
  const pack = (): Buffer => {
    const tar = execFileSync('zstd', ['-dc'], { input: entry.bytes, maxBuffer: 2 ** 28 })
    return execFileSync('tar', ['-xOf', '-', entryName], { input: tar, maxBuffer: 2 ** 28 })
  }
  const entryOf = async (make: (folder: string) => Promise<readonly string[]>): Promise<Buffer> => {
    const folder = await site.newFolder('entry')
    const names = await make(folder)
    return execFileSync('tar', ['-P', '--zstd', '-cf', '-', '-C', folder, ...names], { maxBuffer: 2 ** 28 })
  }
  const bytes = (change: (bytes: Buffer) => Buffer) => (): void => {
    service.reset()
    service.put(entry.key, entry.version, change(entry.bytes))
  }
  const archive = (make: (folder: string) => Promise<readonly string[]>) => async (): Promise<void> => {
    const made = await entryOf(make)
    bytes(() => made)()
  }
  const fails = (call: CacheCall, fault: CacheFault) => (): void => service.fail(call, fault)

  it.each<[string, () => void | Promise<void>, Job?]>([
    ['of a service that is away', fails('lookup', away)],
    ['of a service that is asked too much', fails('lookup', tooMany)],
    [
      'that is refused a connection',
      () => undefined,
      { env: { ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' } },
    ],
    ['of a service that is over its quota', fails('lookup', quota)],
    ['that hangs when it asks', fails('lookup', 'hang')],
    ['that hangs when it downloads', fails('download', 'hang')],
    ['that stops in the middle', fails('download', 'stall')],
    ['that is answered with a page', fails('lookup', page)],
    [
      'that is led elsewhere',
      fails(
        'lookup',
        answered({ ok: true, matched_key: 'pydeps-image-store-v1-x', signed_download_url: 'x' }),
      ),
    ],
    ['of an entry that has gone since', fails('download', gone)],
    ['of a truncated entry', bytes((all) => all.subarray(0, all.length >> 1))],
    [
      'of a corrupted entry',
      bytes((all) => Buffer.from(all.map((byte, i) => (i > 20 ? byte ^ 0x55 : byte)))),
    ],
    [
      'of an entry with a link in place of the pack',
      archive(async (folder) => {
        await symlink(victim, join(folder, entryName))
        return [entryName]
      }),
    ],
    [
      'of an entry with a folder in place of the pack',
      archive(async (folder) => {
        await mkdir(join(folder, entryName))
        return [entryName]
      }),
    ],
  ])(
    '%s costs what it would have saved, and is a warning',
    async (_, disturb, job = {}) => {
      service.put(entry.key, entry.version, entry.bytes)
      await disturb()
      const result = await unharmed({ ...job, env: { ...push, ...hasty, ...job.env } })
      expect(result.asked.toSorted()).toEqual(everything)
      expect(result.outputs['cache-hit']).toBe('false')
      expect(result.warnings[0]).toContain('nothing was restored from the cache: ')
      expect(result.summary).toContain('there is no baseline to compare with: ')
    },
    limit,
  )

  it(
    'of an entry with another file, at an absolute path, takes the pack alone',
    async () => {
      await archive(async (folder) => {
        await writeFile(join(folder, entryName), pack())
        await writeFile(victim, 'poison')
        return [victim, entryName]
      })()
      await writeFile(victim, 'whole')
      const result = await unharmed({})
      expect(result).toMatchObject({ asked: [], warnings: [] })
    },
    limit,
  )

  it(
    'of a damaged part makes that part anew, and saves a good one',
    async () => {
      const damaged = pack()
      // The largest part is the last one.
      damaged[damaged.length - 1000] = (damaged[damaged.length - 1000] ?? 0) ^ 1
      await archive(async (folder) => {
        await writeFile(join(folder, entryName), damaged)
        return [entryName]
      })()
      const result = await unharmed({})
      expect(result.asked).toEqual([`/files/${heavy.filename}`])
      expect(result.outputs['cache-hit']).toBe('false')
      expect(result.restore?.detail).toContain('; 1 damaged part was passed over')
      expect(service.entries).toHaveLength(2)
      expect(await unharmed({})).toMatchObject({ asked: [], restore: { cached: true } })
    },
    limit,
  )

  it(
    'of an entry that is no pack makes all anew, and saves a good one',
    async () => {
      await archive(async (folder) => {
        await writeFile(join(folder, entryName), 'something else')
        return [entryName]
      })()
      const result = await unharmed({})
      expect(result.asked.toSorted()).toEqual(everything)
      expect(result.outputs['cache-hit']).toBe('false')
      expect(await unharmed({})).toMatchObject({ asked: [], restore: { cached: true } })
    },
    limit,
  )

  it(
    'that may not read is told, and warns of nothing',
    async () => {
      service.fail('lookup', { status: 403, body: { msg: 'cache read denied: no scope' } })
      const result = await unharmed({})
      expect(result.asked.toSorted()).toEqual(everything)
      expect(result).toMatchObject({ warnings: [], postLog: '' })
      expect(result.restore?.detail).toContain('cache read denied')
    },
    limit,
  )

  it(
    'that is slow is waited for',
    async () => {
      service.put(entry.key, entry.version, entry.bytes)
      service.fail('lookup', { delay: 400 })
      service.fail('download', { delay: 400 })
      expect(await unharmed({})).toMatchObject({ asked: [], warnings: [], restore: { cached: true } })
    },
    limit,
  )
})

describe('a save', () => {
  const refused = { ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' }
  it.each<[string, CacheCall, CacheFault, Job?]>([
    ['to a service that is away', 'reserve', away],
    ['to a service that is asked too much', 'reserve', tooMany],
    ['that is refused a connection', 'reserve', 'reset', { postEnv: refused }],
    ['that hangs when it asks', 'reserve', 'hang'],
    ['that hangs when it uploads', 'upload', 'hang'],
    ['that hangs when it ends', 'finalize', 'hang'],
    ['whose connection ends', 'upload', 'reset'],
    ['that is answered with a page', 'reserve', page],
    ['that is led to a file', 'reserve', answered({ ok: true, signed_upload_url: 'file:///etc/hostname' })],
    ['whose place is gone', 'upload', gone],
    ['over the quota', 'reserve', quota],
    ['whose end is refused', 'finalize', answered({ ok: false, message: 'not of that size' })],
    ['whose end fails', 'finalize', { status: 500, body: { msg: 'broken' } }],
  ])(
    '%s is a warning, and the next job saves',
    async (_, call, fault, job = {}) => {
      const own = await copied()
      service.fail(call, fault)
      const result = await unharmed({ ...job, store: own, env: { ...push, ...hasty } })
      expect(result.warnings).toEqual([expect.stringMatching(/^no baseline was kept for pull requests: .+/)])
      expect(result.postLog).toMatch(/^::warning::nothing was saved for the next run: .+\n$/)
      expect(service.entries).toEqual([])
      service.reset()
      const next = await unharmed({ store: own, env: push })
      expect(next).toMatchObject({ warnings: [], postLog: expect.stringMatching(/^kept /) as unknown })
      expect(service.entries.map(({ key }) => key)).toEqual([
        expect.stringMatching(/^pydeps-image-baseline-/),
        expect.stringMatching(/^pydeps-image-store-/),
      ])
    },
    2 * limit,
  )

  it(
    'with a token that only reads is told, and warns of nothing',
    async () => {
      const result = await unharmed({ store: await copied(), token: { readOnly: true }, env: push })
      expect(result).toMatchObject({ warnings: [], notices: [] })
      expect(result.log).toMatch(/no baseline was kept for pull requests: .*cache write denied/)
      expect(result.postLog).toMatch(/^nothing was saved for the next run: .*cache write denied/)
      expect(service.entries).toEqual([])
    },
    limit,
  )

  it(
    'that is slow is waited for',
    async () => {
      for (const call of ['reserve', 'upload', 'finalize'] as const) service.fail(call, { delay: 400 })
      expect((await unharmed({ store: await copied() })).postLog).toMatch(/^kept /)
    },
    limit,
  )

  it(
    'that is answered with another entry is found out by the next job, which makes all anew',
    async () => {
      service.fail('finalize', answered({ ok: true, entry_id: '999' }))
      await unharmed({ store: await copied(), env: push })
      service.mend()
      expect(service.entries).toEqual([])
      const next = await unharmed({ env: push })
      expect(next.asked.toSorted()).toEqual(everything)
      expect(next.restore?.detail).toBe('nothing is kept yet')
    },
    limit,
  )

  it(
    'of what another job has just saved is none',
    async () => {
      const own = await copied()
      await unharmed({ store: await copied() })
      // When this one looked, the other had not yet.
      service.fail('lookup', answered({ ok: false }))
      expect((await unharmed({ store: own })).postLog).toBe('the cache has all of it for the next run\n')
      expect(service.entries).toHaveLength(1)
    },
    limit,
  )

  it.each([
    ['no JSON', 'x'],
    [
      'another place',
      JSON.stringify({ project: '../../../../etc', lock: '../passwd', had: '', again: true }),
    ],
    [
      'an unknown project',
      JSON.stringify({ project: '0'.repeat(20), lock: '0'.repeat(20), had: '', again: true }),
    ],
    ['a wrong kind', '[null]'],
  ])(
    'of a forged state, %s, saves nothing',
    async (_, state) => {
      const result = await unharmed({ store: await copied(), postEnv: { STATE_store: state } })
      expect(service.calls.filter((call) => call !== 'lookup')).toEqual([])
      expect(result.postLog).not.toContain('kept')
    },
    limit,
  )

  /** A machine that has built this, and saved nothing yet. */
  async function copied(): Promise<string> {
    const own = await site.newFolder('store')
    await cp(store, own, { recursive: true })
    return own
  }
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measurement } from '../../src/image/measurement.ts'
import { createSite, type Site } from '../fixtures/built.ts'
import { type StartedCacheService, startCacheService, type TokenOptions } from '../fixtures/cache-service.ts'
import { type ActionResult, type ActionRun, runAction } from '../fixtures/runner.ts'
import { createWheel } from '../fixtures/wheel.ts'

const src = join(import.meta.dirname, '../../src')
const slow = 180_000
const heavy = createWheel('heavy', '1.0', { 'heavy/data.txt': 'heavy '.repeat(900_000) })
const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const alpha2 = createWheel('alpha', '2.0', { 'alpha/data.txt': 'y'.repeat(50_000) })
const beta = createWheel('beta', '2.0')

let site: Site
let service: StartedCacheService
beforeAll(async () => {
  site = await createSite([heavy, alpha, alpha2, beta])
  service = await startCacheService()
})
afterAll(async () => {
  await site.close()
  await service.close()
})
beforeEach(() => service.reset())

interface Job extends Partial<ActionRun> {
  readonly token?: TokenOptions & { readonly serviceVersion?: 1 | 2 }
  /** The store of a machine that lives on; a new one when it is not given. */
  readonly store?: string
}

interface JobResult extends ActionResult {
  /** Paths that the index was asked for. */
  readonly asked: readonly string[]
  readonly restore: Measurement['timings'][number] | undefined
  readonly total: Measurement['timings'][number] | undefined
}

/** One job on a machine that has nothing: no store, no cache of uv. */
async function job(workspace: string, { token, store, env, ...run }: Job = {}): Promise<JobResult> {
  const before = site.index.requests.length
  const result = await runAction({
    main: join(src, 'main.ts'),
    post: join(src, 'post.ts'),
    temp: await site.newFolder('runner'),
    workspace,
    ...run,
    env: {
      ...(await site.env(store ?? (await site.newFolder('store')))),
      UV_CACHE_DIR: await site.newFolder('uv'),
      ...service.env(token),
      ...env,
    },
    inputs: { 'base-image': site.base, command: 'python app.py', ...run.inputs },
  })
  const text = await readFile(result.outputs['measurement'] ?? '', 'utf8').catch(() => '{"timings":[]}')
  const { timings } = JSON.parse(text) as Pick<Measurement, 'timings'>
  return {
    ...result,
    asked: site.index.requests.slice(before),
    restore: timings.find(({ step }) => step === 'restore'),
    total: timings.find(({ step }) => step === 'total'),
  }
}

function projectOf(...packages: Parameters<Site['project']>[0]): Promise<string> {
  return site.project(packages, { 'app.py': 'print("app")\n' })
}

describe('the second run', () => {
  it.each([2, 1] as const)(
    'of an unchanged lock asks no index and compresses nothing (service %i)',
    async (serviceVersion) => {
      const workspace = await projectOf(heavy, alpha, beta)
      const token = { serviceVersion }
      const first = await job(workspace, { token })
      expect(first).toMatchObject({ status: 0, postStatus: 0, warnings: [] })
      expect(first.asked).toHaveLength(3)
      expect(first.restore).toMatchObject({ cached: false, detail: 'nothing is kept yet' })
      expect(first.total).toMatchObject({ cached: false })
      expect(first.postLog).toMatch(/^kept [\d.]+ kB for the next run: pydeps-image-store-v1-linux-/)
      expect(service.entries).toHaveLength(1)
      const [entry] = service.entries

      const second = await job(workspace, { token })
      expect(second).toMatchObject({ status: 0, warnings: [], asked: [], postLog: '' })
      expect(second.outputs['digest']).toBe(first.outputs['digest'])
      expect(second.restore?.cached).toBe(true)
      expect(second.restore?.detail).toMatch(/^[\d.]+ kB of this lock: pydeps-image-store-v1-linux-/)
      expect(second.restore?.detail).toContain(entry?.key)
      expect(second.total).toMatchObject({ cached: true })
      expect(second.summary).toContain(entry?.key ?? '')
      expect(service.entries).toHaveLength(1)
    },
    slow,
  )

  it(
    'of an edit of the app asks no index, and saves nothing anew',
    async () => {
      const first = await job(await projectOf(heavy, alpha, beta), { inputs: { name: 'app' } })
      const workspace = await site.project([heavy, alpha, beta], { 'app.py': 'print("another")\n' })
      // The same repository, checked out to a commit later.
      const second = await job(workspace, { inputs: { name: 'app' } })
      expect(second).toMatchObject({ status: 0, asked: [], postLog: '' })
      expect(second.outputs['digest']).not.toBe(first.outputs['digest'])
      expect(service.entries).toHaveLength(1)
    },
    slow,
  )

  it(
    'of one changed dependency fetches that one alone, and leaves the old one behind',
    async () => {
      await job(await projectOf(heavy, alpha, beta), { inputs: { name: 'app' } })
      const second = await job(await projectOf(heavy, alpha2, beta), { inputs: { name: 'app' } })
      expect(second).toMatchObject({ status: 0, asked: [`/files/${alpha2.filename}`] })
      expect(second.restore).toMatchObject({ cached: false })
      expect(second.restore?.detail).toContain('of another lock')
      expect(service.entries).toHaveLength(2)
      expect(service.calls.filter((call) => call === 'reserve')).toHaveLength(2)

      // Both locks have an entry now: going back and forth fetches nothing.
      for (const packages of [
        [heavy, alpha, beta],
        [heavy, alpha2, beta],
      ]) {
        expect((await job(await projectOf(...packages), { inputs: { name: 'app' } })).asked).toEqual([])
      }
      expect(service.entries).toHaveLength(2)
    },
    slow,
  )
})

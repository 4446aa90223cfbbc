import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSite, type Site } from '../fixtures/built.ts'
import { type StartedCacheService, startCacheService } from '../fixtures/cache-service.ts'
import { type Job, type JobResult, runJob } from '../fixtures/cached-job.ts'
import { createWheel } from '../fixtures/wheel.ts'

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

const job = (workspace: string, options?: Job): Promise<JobResult> =>
  runJob(site, service, workspace, options)

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
      expect(first.outputs['cache-hit']).toBe('false')
      expect(first.postLog).toMatch(/^kept [\d.]+ kB for the next run: pydeps-image-store-v1-linux-/)
      expect(service.entries).toHaveLength(1)
      const [entry] = service.entries

      const second = await job(workspace, { token })
      expect(second).toMatchObject({ status: 0, warnings: [], asked: [], postLog: '' })
      expect(second.outputs['digest']).toBe(first.outputs['digest'])
      expect(second.restore?.cached).toBe(true)
      expect(second.outputs['cache-hit']).toBe('true')
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
      expect(second.outputs['cache-hit']).toBe('false')
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

it(
  'keeps nothing with `cache: false`',
  async () => {
    const workspace = await projectOf(alpha)
    const result = await job(workspace, { inputs: { cache: 'false' } })
    expect(result).toMatchObject({ status: 0, postStatus: 0, postLog: '', restore: undefined })
    expect(result.outputs['cache-hit']).toBe('')
    expect(service.calls).toEqual([])
  },
  slow,
)

it(
  'does not ask for what the machine still has',
  async () => {
    const workspace = await projectOf(alpha, beta)
    const store = await site.newFolder('store')
    await job(workspace, { store })
    service.calls.length = 0
    const second = await job(workspace, { store })
    expect(second).toMatchObject({ status: 0, asked: [], restore: { cached: true } })
    expect(second.restore?.detail).toBe('all of it is on this machine')
    expect(second.outputs['cache-hit']).toBe('true')
    expect(service.calls).toEqual([])
  },
  slow,
)

it(
  'keeps the images of a repository apart',
  async () => {
    const [one, other] = [await projectOf(heavy, alpha), await projectOf(alpha, beta)]
    await job(one, { inputs: { name: 'one' } })
    const first = await job(other, { inputs: { name: 'other' } })
    expect(first.restore?.detail).toBe('nothing is kept yet')
    expect(new Set(service.entries.map(({ key }) => key.split('-').slice(0, 7).join('-'))).size).toBe(2)
    const second = await job(one, { inputs: { name: 'one' } })
    expect(second).toMatchObject({ asked: [], restore: { cached: true } })
  },
  slow,
)

it(
  'gives a pull request the entries of its base, and the base none of its own',
  async () => {
    const scope = 'refs/pull/7/merge'
    const token = { scope, reads: ['refs/heads/main'] }
    await job(await projectOf(heavy, alpha), { inputs: { name: 'app' } })
    const changed = await projectOf(heavy, alpha2)
    const first = await job(changed, { inputs: { name: 'app' }, token })
    expect(first.asked).toEqual([`/files/${alpha2.filename}`])
    expect(service.entries.map((entry) => entry.scope)).toEqual(['refs/heads/main', scope])
    expect((await job(changed, { inputs: { name: 'app' }, token })).asked).toEqual([])
    // What the pull request wrote is not read by the branch.
    expect((await job(changed, { inputs: { name: 'app' } })).asked).toEqual([`/files/${alpha2.filename}`])
  },
  slow,
)

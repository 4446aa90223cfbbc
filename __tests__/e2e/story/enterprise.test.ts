import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')
const inputs = { 'fail-on': 'environment grows by > 100 kB', comment: 'always' }

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta], { enterprise: true })
}, 300_000)
afterAll(() => world.close())

it('on an Enterprise Server the first version of the cache has the baseline, and the interface is below a path', async () => {
  const pushed = await world.push('main', world.project([alpha]), { inputs })
  expect(pushed).toMatchObject({ status: 0, postStatus: 0, warnings: [] })
  expect(world.results.cache.entries.map(({ key }) => key.split('-').slice(0, 3).join('-'))).toEqual([
    'pydeps-image-baseline',
    'pydeps-image-store',
  ])
  const pull = await world.open('beta', world.project([alpha, beta]))
  const job = await world.check(pull, { inputs: { ...inputs, 'upload-report': 'true' } })
  expect(job).toMatchObject({ status: 0, warnings: [], outputs: { verdict: 'pass' } })
  expect(job.index).toEqual([`/files/${beta.filename}`])
  const base = world.repository.sha('main').slice(0, 7)
  expect(world.github.comments(pull.number)).toMatchObject([
    { body: expect.stringContaining(`compared with \`main@${base}\``) as unknown },
  ])
  expect(world.github.requests.every(({ url }) => url.startsWith('/api/'))).toBe(true)
  // There is no service for artifacts of this kind: that is told, and no more than that.
  expect(job.notices).toEqual(['the report was not uploaded: this runner keeps no artifacts'])
  expect(world.github.violations).toEqual([])
}, 300_000)

it('where there is no cache service either, the image, the verdict and the comment are there all the same', async () => {
  const pull = await world.open('none', { 'app.py': 'print("none")\n' })
  const env = { ACTIONS_CACHE_URL: undefined, ACTIONS_RUNTIME_TOKEN: undefined }
  const job = await world.check(pull, { inputs: { ...inputs, 'max-size': '1 GB' }, env })
  expect(job).toMatchObject({ status: 0, postStatus: 0, warnings: [], outputs: { verdict: 'pass' } })
  expect(world.github.comments(pull.number)).toMatchObject([
    {
      body: expect.stringContaining(
        'there is no baseline to compare with: this runner has no cache service',
      ) as unknown,
    },
  ])
  expect(world.github.violations).toEqual([])
}, 300_000)

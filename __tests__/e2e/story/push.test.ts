import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
}, 300_000)
afterAll(() => world.close())

it('builds and tells of the first push, and asks GitHub to write nothing', async () => {
  const job = await world.push('main', world.project([alpha]))
  expect(job).toMatchObject({ status: 0, postStatus: 0, errors: [], warnings: [] })
  expect(job.outputs).toMatchObject({ verdict: 'skipped', 'download-delta': '' })
  expect(job.summary).toMatch(/^### `api`: download [\d.]+ kB, 1 package\n/)
  expect(job.index).toEqual([`/files/${alpha.filename}`])
  expect(world.github.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  expect(world.github.violations).toEqual([])
}, 300_000)

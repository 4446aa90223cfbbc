import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0', { 'beta/data.txt': 'y'.repeat(20_000) })

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
}, 300_000)
afterAll(() => world.close())

it('a pull request is compared with what the base commit measured when it was pushed', async () => {
  const first = await world.push('main', world.project([alpha]))
  expect(first).toMatchObject({ status: 0, warnings: [] })
  const pull = await world.open('beta', world.project([alpha, beta]))
  const job = await world.check(pull, { inputs: { 'fail-on': 'environment grows by > 10 kB' } })
  const base = world.repository.sha('main').slice(0, 7)
  expect(job.summary).toContain(`compared with \`main@${base}\``)
  expect(job.summary).toContain('➕ | `beta`')
  expect(job).toMatchObject({ status: 1, outputs: { verdict: 'fail' }, warnings: [] })
  expect(Number(job.outputs['download-delta'])).toBeGreaterThan(0)
  expect(world.github.violations).toEqual([])
}, 300_000)

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

it('a pull request of a fork is measured by a job that can only read, and commented on by one that runs nothing of it', async () => {
  await world.push('main', world.project([alpha]), { inputs: { comment: 'always' } })
  const pull = await world.open('more', world.project([alpha, beta]), { fork: 'mallory' })
  const built = await world.check(pull, { inputs: { comment: 'always' } })
  expect(built).toMatchObject({ status: 0, warnings: [] })
  expect(built.notices).toContainEqual(expect.stringMatching(/comes from a fork[^]*kept as an artifact/))
  expect(world.github.comments(pull.number)).toEqual([])

  const posted = await world.follow(built.run, { inputs: { comment: 'always', 'max-size': '1 kB' } })
  expect(posted).toMatchObject({ status: 0, warnings: [], outputs: { 'pull-request': String(pull.number) } })
  expect(world.github.comments(pull.number)).toMatchObject([
    { body: expect.stringMatching(/`api` is over budget[^]*`beta`/) as unknown },
  ])
  expect(posted.index).toEqual([])
  expect(world.github.violations).toEqual([])
}, 300_000)

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { fastClock } from '../../fixtures/fast-clock.ts'
import { type Fault, commentFaults } from '../../fixtures/github/faults.ts'
import type { Pull } from '../../fixtures/github/state.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type Job, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')
/** Where GitHub hangs: all limits come an eighth as late. */
const hasty = { NODE_OPTIONS: fastClock(8) }
const overBudget = { 'max-size': '1 kB' }

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
  await world.push('main', world.project([alpha]), { inputs: { cache: 'false' } })
}, 300_000)
afterAll(() => world.close())
afterEach(() => {
  for (const operation of ['createComment', 'updateComment', 'listComments'] as const) {
    world.github.fail(operation, undefined)
  }
  expect(world.github.violations).toEqual([])
})

/** The one comment of a pull request. */
function commentOf(pull: { readonly number: number }): { readonly body: string; readonly writes: number } {
  const comments = world.github.comments(pull.number)
  expect(comments).toHaveLength(1)
  return comments[0] ?? { body: '', writes: 0 }
}

function expectBuilt(job: Job): void {
  expect(job.outputs).toMatchObject({
    digest: expect.stringMatching(/^sha256:/) as unknown,
    image: 'oci:image',
  })
  expect(job.summary).toContain('`api`')
  expect(job.postStatus).toBe(0)
}

describe('a pull request', () => {
  it('gets one comment, which every later push updates', async () => {
    const pull = await world.open('one', { 'app.py': 'print(1)\n' })
    const first = await world.check(pull, { inputs: { comment: 'always' } })
    expect(first).toMatchObject({ status: 0, warnings: [] })
    expect(commentOf(pull).body).toMatch(/^<!-- [^>]* -->[^]*`api`/)
    await world.amend(pull, world.project([alpha, beta]))
    const second = await world.check(pull, { inputs: overBudget })
    expect(second).toMatchObject({ status: 1, errors: [expect.stringContaining('max-size')] })
    expect(commentOf(pull)).toMatchObject({
      body: expect.stringMatching(/❌[^]*`beta`/) as unknown,
      writes: 2,
    })
    expect(commentOf(pull).body).toContain(pull.head.sha.slice(0, 7))
  }, 300_000)

  it('that is pushed to by force keeps its comment; what ran before says no more', async () => {
    const pull = await world.open('two', world.project([alpha, beta]))
    const old = await world.check(pull, { inputs: { comment: 'always' } })
    await world.amend(pull, { 'app.py': 'print(2)\n' }, { force: true })
    await world.check(pull, { inputs: { comment: 'always' } })
    const { body } = commentOf(pull)
    expect(body).toContain(pull.head.sha.slice(0, 7))
    expect(body).not.toContain('`beta`')
    // The old run is started again, for the commit that it was of.
    const now = pull.head.sha
    pull.head.sha = old.run.headSha
    const again = await world.check(pull, {
      inputs: { comment: 'always' },
      again: { ...old.run, attempt: 2 },
      meanwhile: () => (pull.head.sha = now),
    })
    expect(again).toMatchObject({ status: 0 })
    expect(commentOf(pull).body).toBe(body)
  }, 300_000)

  it('gets exactly one comment of two jobs that look for it at once', async () => {
    const pull = await world.open('three', { 'app.py': 'print(3)\n' })
    world.github.fail('listComments', { together: 2 }, 2)
    const inputs = { comment: 'always' }
    const jobs = await Promise.all([world.check(pull, { inputs }), world.check(pull, { inputs })])
    expect(jobs.map(({ status, warnings }) => ({ status, warnings }))).toEqual([
      { status: 0, warnings: [] },
      { status: 0, warnings: [] },
    ])
    const latest = Math.max(...jobs.map(({ run }) => run.id))
    expect(commentOf(pull).body).toContain(`/actions/runs/${latest}/`)
  }, 300_000)

  it('without the permission to comment is told the two lines to add', async () => {
    const pull = await world.open('four', { 'app.py': 'print(4)\n' })
    const job = await world.check(pull, {
      inputs: { comment: 'always' },
      permissions: { pullRequests: 'read' },
    })
    expectBuilt(job)
    expect(job.warnings).toEqual([expect.stringContaining('permissions:\n  pull-requests: write')])
    expect(job.status).toBe(0)
    expect(world.github.comments(pull.number)).toEqual([])
  }, 300_000)
})

describe('where GitHub takes no change of the comment that is there', () => {
  let pull: Pull
  let body: string
  beforeAll(async () => {
    pull = await world.open('faults', { 'app.py': 'print(5)\n' })
    await world.check(pull, { inputs: { comment: 'always' } })
    body = commentOf(pull).body
  }, 300_000)

  it.each(Object.entries<Fault>(commentFaults))(
    'and answers with %s, the image and the verdict are what they are',
    async (_, fault) => {
      world.github.fail('updateComment', fault)
      const job = await world.check(pull, { inputs: overBudget, env: hasty })
      expectBuilt(job)
      expect(job).toMatchObject({ status: 1, outputs: { verdict: 'fail' } })
      const { body: now } = commentOf(pull)
      expect(job.warnings).toEqual([expect.stringContaining('no comment on the pull request')])
      expect(now).toBe(body)
    },
    300_000,
  )
})

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
  expect(job.log).toMatch(/^::error title=Over budget,file=pyproject.toml,line=7::api is over budget: /m)
  expect(world.github.violations).toEqual([])
}, 300_000)

it('a label accepts the increase, also one that came after the event, and the report says so', async () => {
  const inputs = { 'fail-on': 'environment grows by > 10 kB', 'accept-label': 'size-ok' }
  const pull = await world.open('accepted', world.project([alpha, beta]))
  expect(await world.check(pull, { inputs })).toMatchObject({ status: 1 })
  const job = await world.check(pull, { inputs, meanwhile: () => pull.labels.push('Size-OK') })
  expect(job).toMatchObject({ status: 0, errors: [], outputs: { verdict: 'pass' } })
  expect(job.summary).toMatch(/is over budget, accepted by label: /)
  expect(job.notices).toEqual([expect.stringContaining('accepted by the label `size-ok`')])
  expect(world.github.violations).toEqual([])
}, 300_000)

it('in a shallow clone the nearest ancestor is found through GitHub, and said to be one', async () => {
  await world.push('main', { 'app.py': 'print("a")\n' })
  const measured = world.repository.sha('main')
  await world.repository.commit('main', { 'app.py': 'print("b")\n' })
  await world.repository.commit('main', { 'app.py': 'print("c")\n' })
  const pull = await world.open('shallow', world.project([alpha, beta]))
  const text = `main@${measured.slice(0, 7)}, 2 commits behind the merge base`
  expect((await world.check(pull)).summary).toContain(text)
  expect((await world.check(pull, { depth: 'all', inputs: { token: '' } })).summary).toContain(text)
}, 300_000)

it('where nothing was measured the report says what to do, and what grows is not judged', async () => {
  const pull = await world.open('other', world.project([alpha, beta]))
  const inputs = { name: 'other', 'fail-on': 'download grows by > 1 B' }
  const job = await world.check(pull, { inputs })
  expect(job).toMatchObject({ status: 0, outputs: { verdict: 'skipped' } })
  expect(job.summary).toContain('run this workflow on pushes to main once')
  expect(job.summary).toContain('skipped: there is no baseline')
}, 300_000)

it('a base commit that cannot be built is said to be so, and costs the pull request nothing', async () => {
  const away = createWheel('away', '1.0')
  await world.repository.commit('main', world.project([away]))
  const pull = await world.open('mended', world.project([alpha]))
  const inputs = {
    name: 'mended',
    baseline: 'build',
    'fail-on': 'environment grows by > 1 B',
    'max-size': '1 GB',
  }
  const job = await world.check(pull, { inputs })
  const base = world.repository.sha('main').slice(0, 7)
  expect(job).toMatchObject({ status: 0, errors: [], outputs: { verdict: 'pass', 'download-delta': '' } })
  expect(job.summary).toMatch(
    new RegExp(`no baseline to compare with: \`?main@${base}\`? cannot be built: .*away`),
  )
  expect(job.summary).toContain('skipped: there is no baseline')
  // Nothing of the other commit is left in the checkout.
  expect(world.repository.git('-C', job.workspace, 'worktree', 'list').split('\n')).toHaveLength(1)
}, 300_000)

it('the base commit is built where that is asked for and nothing was measured', async () => {
  await world.repository.commit('main', world.project([alpha]))
  const pull = await world.open('built', world.project([alpha, beta]))
  const inputs = { name: 'built', baseline: 'build', 'fail-on': 'environment grows by > 10 kB' }
  const job = await world.check(pull, { inputs })
  const base = world.repository.sha('main').slice(0, 7)
  expect(job).toMatchObject({ status: 1, outputs: { verdict: 'fail' } })
  expect(job.summary).toContain(`compared with \`main@${base}, built in this run\``)
  expect(job.summary).toContain('➕ | `beta`')
}, 300_000)

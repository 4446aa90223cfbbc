import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { writeBases } from '../../fixtures/base.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0', { 'beta/data.txt': 'y'.repeat(20_000) })

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
}, 300_000)
afterAll(() => world.close())

it('the jobs of a matrix share one comment, each with the baseline of its own image and platform', async () => {
  const arm = await world.site.writeBase({ platform: 'linux/arm64' })
  const rules = { 'fail-on': 'environment grows by > 1 MB' }
  const rows = {
    api: { name: 'api', ...rules },
    arm: { name: 'api', platforms: 'linux/arm64', 'base-image': arm, ...rules },
    web: { name: 'web', 'fail-on': 'environment grows by > 10 kB' },
  }
  await world.push('main', world.project([alpha]), { inputs: rows.api })
  const sha = world.repository.sha('main')
  // The other jobs of the same push; none of them has measured the api for arm64.
  const web = await world.push('main', {}, { inputs: rows.web })
  expect(web.summary).toContain('nothing was measured at')
  const base = world.repository.sha('main').slice(0, 7)

  const pull = await world.open('beta', world.project([alpha, beta]))
  const check = (inputs: Record<string, string>): ReturnType<World['check']> =>
    world.check(pull, { inputs: { ...inputs, comment: 'merged' } })
  const jobs = await Promise.all([check(rows.api), check(rows.arm), check(rows.web)])
  expect(jobs.map(({ status, outputs, warnings }) => [status, outputs['verdict'], warnings])).toEqual([
    [0, 'pass', []],
    [0, 'skipped', []],
    [1, 'fail', []],
  ])
  const comments = world.github.comments(pull.number)
  expect(comments).toHaveLength(1)
  const sections = (comments[0]?.body ?? '').split(/^(?=### )/m).slice(1)
  const ofArm = sections.filter((text) => text.includes('For `linux/arm64`'))
  expect(ofArm).toEqual([expect.stringContaining('there is no baseline to compare with')])
  expect(sections.filter((text) => !ofArm.includes(text))).toEqual([
    expect.stringContaining(`compared with \`main@${sha.slice(0, 7)}, 1 commit behind the merge base\``),
    expect.stringMatching(
      new RegExp(`^### ❌ \`web\` is over budget[^]*compared with \`main@${base}\`[^]*➕ \\| \`beta\``),
    ),
  ])
  expect(world.github.violations).toEqual([])
}, 300_000)

it('the platforms of one image are measured, kept and compared one by one', async () => {
  const both = await writeBases(await world.site.newFolder('base'), ['linux/amd64', 'linux/arm64'])
  const inputs = {
    name: 'both',
    platforms: 'linux/amd64,linux/arm64',
    'base-image': both,
    'fail-on': 'environment grows by > 10 kB',
  }
  await world.push('main', world.project([alpha]), { inputs })
  const pull = await world.open('both', world.project([alpha, beta]))
  const job = await world.check(pull, { inputs })
  const base = world.repository.sha('main').slice(0, 7)
  expect(job).toMatchObject({ status: 1, warnings: [], outputs: { verdict: 'fail' } })
  for (const platform of ['linux/amd64', 'linux/arm64']) {
    expect(job.summary).toMatch(
      new RegExp(`^### ❌ \`both \\(${platform}\\)\`[^]*compared with \`main@${base}\``, 'm'),
    )
  }
  expect(world.github.comments(pull.number)).toHaveLength(1)
}, 300_000)

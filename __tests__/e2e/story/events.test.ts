import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { mergeGroupEvent, plainEvent, pullRequestEvent, pushEvent } from '../../fixtures/events.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')
const inputs = { 'fail-on': 'environment grows by > 100 kB', comment: 'always' }
const fine = { status: 0, postStatus: 0, errors: [], warnings: [] }

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
  const first = await world.push('main', world.project([alpha]), { inputs })
  expect(first).toMatchObject(fine)
  expect(first.summary).toContain(
    'nothing was pushed before; later runs are compared with what this one measures',
  )
}, 300_000)
afterAll(() => world.close())
afterEach(() => {
  expect(world.github.violations).toEqual([])
  // None of these has a pull request to write to.
  expect(world.github.requests.filter(({ method }) => method !== 'GET')).toEqual([])
})

const short = (ref: string): string => world.repository.sha(ref).slice(0, 7)

/** The commits that a baseline is kept of. */
function measured(): readonly string[] {
  const keys = world.results.cache.entries.map(({ key }) => key)
  return keys.filter((key) => key.startsWith('pydeps-image-baseline-')).map((key) => key.slice(-40))
}

it('a merge group is compared with what it is merged into, and leaves nothing for others', async () => {
  const before = measured()
  const base = world.repository.sha('main')
  const branch = `gh-readonly-queue/main/pr-1-${base}`
  const sha = await world.repository.commit(branch, world.project([alpha, beta]), { from: 'main' })
  const event = mergeGroupEvent(world.place(), { branch: 'main', base, sha })
  const job = await world.job(event, { event: 'merge_group', headSha: sha, headBranch: branch }, { inputs })
  expect(job).toMatchObject({ ...fine, outputs: { verdict: 'pass', 'cache-hit': 'false' } })
  expect(job.summary).toMatch(new RegExp(`compared with \`main@${short('main')}\`[^]*➕ \\| \`beta\``))
  expect(measured()).toEqual(before)
}, 300_000)

it('the clock measures the default branch where no push did, for those who come after', async () => {
  const before = short('main')
  const sha = await world.repository.commit('main', { 'app.py': 'print("not measured")\n' })
  const event = plainEvent(world.place(), 'schedule', { ref: 'refs/heads/main', sha })
  const job = await world.job(event, { event: 'schedule', headSha: sha, headBranch: 'main' }, { inputs })
  expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass', 'cache-hit': 'true' } })
  expect(job.summary).toContain(`compared with \`main@${before}, 1 commit behind this commit\``)
  expect(measured()).toContain(sha)
}, 300_000)

it('by hand, on another branch, it is compared with the nearest measured commit and leaves nothing', async () => {
  const before = measured()
  const sha = await world.repository.commit('topic', { 'app.py': 'print("topic")\n' }, { from: 'main' })
  const event = plainEvent(world.place(), 'workflow_dispatch', { ref: 'refs/heads/topic', sha })
  const about = { event: 'workflow_dispatch', headSha: sha, headBranch: 'topic' }
  const job = await world.job(event, about, { inputs })
  expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass' } })
  expect(job.summary).toContain(`compared with \`main@${short('main')}, 1 commit behind this commit\``)
  expect(measured()).toEqual(before)
}, 300_000)

it('a release is compared with what its commit measured when it was pushed', async () => {
  const before = measured()
  const sha = world.repository.sha('main')
  const event = plainEvent(world.place(), 'release', { ref: 'refs/tags/v1.0', sha })
  const job = await world.job(event, { event: 'release', headSha: sha, headBranch: null }, { inputs })
  expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass', 'download-delta': '0' } })
  expect(job.summary).toContain(`compared with \`main@${short('main')}\``)
  expect(measured()).toEqual(before)
}, 300_000)

it('pull_request_target is refused before anything runs, with the reason and what to write instead', async () => {
  const { index, requests } = {
    index: world.site.index.requests.length,
    requests: world.results.cache.calls.length,
  }
  const sha = world.repository.sha('main')
  const pull = world.github.pull({
    base: { ref: 'main', sha },
    head: { ref: 'topic', sha: world.repository.sha('topic') },
  })
  const event = { ...pullRequestEvent(world.place(), { pull, merge: sha }), event: 'pull_request_target' }
  const job = await world.job(
    event,
    { event: 'pull_request_target', headSha: sha, headBranch: 'topic' },
    { inputs },
  )
  expect(job).toMatchObject({ status: 1, postStatus: 0, outputs: {}, summary: '' })
  expect(job.errors).toEqual([
    expect.stringMatching(
      /does not run on pull_request_target[^]*secrets[^]*write `on: pull_request` instead/,
    ),
  ])
  expect(world.site.index.requests).toHaveLength(index)
  expect(world.results.cache.calls).toHaveLength(requests)
}, 300_000)

it('a push to the default branch under its new name starts a line of its own, and says so', async () => {
  const before = world.repository.sha('main')
  world.repository.rename('main', 'trunk')
  world.github.state.defaultBranch = 'trunk'
  const push = async (text: string): ReturnType<World['push']> => {
    const from = world.repository.sha('trunk')
    const sha = await world.repository.commit('trunk', { 'app.py': `print("${text}")\n` })
    const event = pushEvent(world.place(), { branch: 'trunk', sha, before: from })
    return world.job(event, { event: 'push', headSha: sha, headBranch: 'trunk' }, { inputs })
  }
  const first = await push('renamed')
  expect(first).toMatchObject({ ...fine, outputs: { verdict: 'skipped' } })
  // What the old name's runs kept is kept from this one by the cache service itself.
  expect(first.summary).toContain(
    `nothing was measured at \`trunk@${before.slice(0, 7)}\` or before it; later runs are compared with what this one measures`,
  )
  const second = await push('again')
  expect(second).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass', 'cache-hit': 'true' } })
  expect(second.summary).toContain('compared with `trunk@')
}, 300_000)

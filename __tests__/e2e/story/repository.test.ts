import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Pull } from '../../fixtures/github/state.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type Job, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const alpha2 = createWheel('alpha', '2.0', { 'alpha/data.txt': 'z'.repeat(60_000) })
const beta = createWheel('beta', '2.0', { 'beta/data.txt': 'y'.repeat(20_000) })
const gamma = createWheel('gamma', '3.0', { 'gamma/data.txt': 'w'.repeat(200_000) })

/** The repository's workflow: what every job of it is given. */
const inputs = { 'fail-on': 'environment grows by > 100 kB', 'accept-label': 'larger image' }

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, alpha2, beta, gamma])
}, 300_000)
afterAll(() => world.close())
afterEach(() => expect(world.github.violations).toEqual([]))

const short = (ref: string): string => world.repository.sha(ref).slice(0, 7)
const edit = (text: string, file = 'app.py'): Record<string, string> => ({
  [file]: `print("${text}")\n`,
})
const fine = { status: 0, postStatus: 0, errors: [], warnings: [] }
const push = (branch: string, files: Record<string, string>): Promise<Job> =>
  world.push(branch, files, { inputs })
const check = (pull: Pull): Promise<Job> => world.check(pull, { inputs })
/** A package that came, went or became another. */
const changed = /^\| (?:➕|➖|🔁) \|/m
const fileOf = (wheel: { readonly filename: string }): string => `/files/${wheel.filename}`

/** The one comment of a pull request. */
function commentOf(pull: Pull): string {
  const comments = world.github.comments(pull.number)
  expect(comments).toHaveLength(1)
  return comments[0]?.body ?? ''
}

/** What the last push left for others to be compared with. */
function lastBaseline(): { readonly images: readonly { readonly history: readonly { commit: string }[] }[] } {
  const entry = world.results.cache.entries.findLast(({ key }) => key.startsWith('pydeps-image-baseline-'))
  const bytes = Buffer.from(entry?.bytes ?? [])
  const tar = (bytes[0] === 0x1f ? gunzipSync(bytes) : zstdDecompressSync(bytes)).toString()
  return JSON.parse(tar.slice(tar.indexOf('{'), tar.lastIndexOf('}') + 1)) as ReturnType<typeof lastBaseline>
}

// Each part goes on where the last one ended, as the days of a repository do.
describe('the story of a repository', () => {
  it('begins with a push, which has nothing to be compared with', async () => {
    const job = await push('main', world.project([alpha, beta]))
    expect(job).toMatchObject(fine)
    expect(job.outputs).toMatchObject({ verdict: 'skipped', 'download-delta': '', 'cache-hit': 'false' })
    expect([...job.index].sort()).toEqual([fileOf(alpha), fileOf(beta)])
  }, 300_000)

  it('goes on with an edit, for which nothing is fetched', async () => {
    const before = short('main')
    const job = await push('main', edit('second'))
    expect(job).toMatchObject({ ...fine, index: [] })
    expect(job.outputs).toMatchObject({ verdict: 'pass', 'cache-hit': 'true' })
    expect(job.summary).toContain(`compared with \`main@${before}\``)
  }, 300_000)

  it('has a pull request that edits the app', async () => {
    const pull = await world.open('edit', edit('edited', 'other.py'))
    const job = await check(pull)
    expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass', 'cache-hit': 'true' } })
    expect(commentOf(pull)).toContain(`compared with \`main@${short('main')}\``)
    expect(commentOf(pull)).not.toMatch(changed)
  }, 300_000)

  it('has one with a new dependency, which alone is fetched', async () => {
    const pull = await world.open('new', world.project([alpha, beta, gamma]))
    const job = await world.check(pull, { inputs: { ...inputs, 'fail-on': 'environment > 1 GB' } })
    expect(job).toMatchObject({ ...fine, index: [fileOf(gamma)], outputs: { verdict: 'pass' } })
    expect(Number(job.outputs['download-delta'])).toBeGreaterThan(0)
    expect(commentOf(pull)).toMatch(/✅[^]*➕ \| `gamma`/)
  }, 300_000)

  it('has one that removes a dependency', async () => {
    const pull = await world.open('removed', world.project([alpha]))
    const job = await check(pull)
    expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass' } })
    expect(Number(job.outputs['download-delta'])).toBeLessThan(0)
    expect(commentOf(pull)).toMatch(/➖ \| `beta`/)
  }, 300_000)

  it('has one over budget, until a label accepts it', async () => {
    const pull = await world.open('large', world.project([alpha, beta, gamma]))
    const job = await check(pull)
    expect(job).toMatchObject({ status: 1, postStatus: 0, outputs: { verdict: 'fail' } })
    expect(job.errors).toEqual([expect.stringMatching(/environment grows by > 100 kB/)])
    expect(commentOf(pull)).toMatch(/❌[^]*is over budget[^]*➕ \| `gamma`/)
    expect(job.log).toMatch(/^::error [^:]*file=pyproject\.toml,line=8/m)
    pull.labels.push('larger image')
    const accepted = await check(pull)
    expect(accepted).toMatchObject({ ...fine, outputs: { verdict: 'pass' } })
    expect(commentOf(pull)).toContain('accepted by label')
    expect(commentOf(pull)).not.toContain('❌')
  }, 300_000)

  it('has one whose base moves on', async () => {
    const pull = await world.open('behind', edit('behind', 'other.py'))
    await push('main', { 'pylock.toml': world.site.lock([alpha2, beta]) })
    const job = await check(pull)
    // What main brought is no change of this one.
    expect(job).toMatchObject({ ...fine, index: [] })
    expect(commentOf(pull)).toContain(`compared with \`main@${short('main')}\``)
    expect(commentOf(pull)).not.toMatch(changed)
    // A push that measured nothing: the one before it is near enough.
    const measured = short('main')
    await world.repository.commit('main', edit('not measured'))
    await check(pull)
    expect(commentOf(pull)).toContain(`compared with \`main@${measured}, 1 commit behind the merge base\``)
  }, 300_000)

  it('has one that is pushed to by force', async () => {
    const pull = await world.open('forced', world.project([alpha2]))
    await check(pull)
    expect(commentOf(pull)).toContain('➖ | `beta`')
    await world.amend(pull, edit('forced', 'other.py'), { force: true })
    expect(await check(pull)).toMatchObject(fine)
    expect(commentOf(pull)).not.toMatch(changed)
    expect(commentOf(pull)).toContain(pull.head.sha.slice(0, 7))
  }, 300_000)

  it('renames its default branch, and says what that takes with it', async () => {
    world.repository.rename('main', 'trunk')
    world.github.state.defaultBranch = 'trunk'
    const pull = await world.open('renamed', edit('renamed', 'other.py'))
    const lost = await check(pull)
    expect(lost).toMatchObject({ status: 0, outputs: { verdict: 'skipped' } })
    expect(lost.summary).toContain('run this workflow on pushes to trunk once')
    await push('trunk', edit('on trunk'))
    expect(await check(pull)).toMatchObject({ ...fine, outputs: { verdict: 'pass' } })
    expect(commentOf(pull)).toContain(`compared with \`trunk@${short('trunk')}\``)
  }, 300_000)

  it('remembers the last fifty pushes', async () => {
    for (let i = 1; i <= 50; i++) {
      const job = await push('trunk', edit(`push ${i}`))
      expect(job).toMatchObject({ ...fine, index: [], outputs: { verdict: 'pass', 'cache-hit': 'true' } })
    }
    const history = lastBaseline().images[0]?.history ?? []
    const commits = world.repository.git('rev-list', '--first-parent', '--max-count=50', 'trunk').split('\n')
    expect(history.map(({ commit }) => commit)).toEqual(commits.reverse())
    const pull = await world.open('latest', world.project([alpha2]))
    expect(await check(pull)).toMatchObject(fine)
    expect(commentOf(pull)).toContain('```mermaid\n')
  }, 1_200_000)
})

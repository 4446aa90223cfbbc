import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSite, type Site } from '../../fixtures/built.ts'
import { fastClock } from '../../fixtures/fast-clock.ts'
import { commentFaults } from '../../fixtures/github/faults.ts'
import { type GitHub, startGitHub } from '../../fixtures/github/github.ts'
import { readOnly } from '../../fixtures/github/state.ts'
import { type ActionResult, type ActionRun, runAction } from '../../fixtures/runner.ts'
import { mainPath, postPath } from '../../fixtures/program.ts'
import { createWheel } from '../../fixtures/wheel.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')
const head = 'a'.repeat(40)

let site: Site
let github: GitHub
let store: string
/** Path of the measurement of an image with alpha alone. */
let baseline: string
let number: number
beforeAll(async () => {
  ;[site, github] = await Promise.all([createSite([alpha, beta]), startGitHub()])
  store = await site.newFolder('store')
  const before = await act({ event: 'push', workspace: await site.project([alpha]), inputs: { name: 'api' } })
  baseline = before.outputs['measurement'] ?? ''
}, 120_000)
afterAll(() => Promise.all([site.close(), github.close()]))
beforeEach(() => {
  number = github.pull({ head: { ref: 'topic', sha: head } }).number
})
afterEach(() => {
  expect(github.violations).toEqual([])
})

async function act(overrides: Partial<ActionRun> & { readonly token?: string }): Promise<ActionResult> {
  const { token = github.token(), inputs, env, workspace, payload, ...rest } = overrides
  return runAction({
    main: mainPath,
    post: postPath,
    temp: await site.newFolder('runner'),
    workspace: workspace ?? (await site.project([alpha, beta])),
    event: 'pull_request',
    payload: payload ?? pullRequest(),
    env: {
      ...(await site.env(store)),
      GITHUB_API_URL: github.apiUrl,
      GITHUB_GRAPHQL_URL: github.graphqlUrl,
      GITHUB_SERVER_URL: github.serverUrl,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ID: '100',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_WORKFLOW_REF: `${github.repository}/.github/workflows/image.yml@refs/pull/1/merge`,
      ...env,
    },
    inputs: { 'base-image': site.base, command: 'true', name: 'api', token, ...inputs },
    ...rest,
  })
}

function pullRequest(repository: string | null = github.repository): unknown {
  const repo = repository === null ? null : { full_name: repository }
  return { pull_request: { number, head: { sha: head, ref: 'topic', repo } } }
}

const bodies = (): readonly string[] => github.comments(number).map(({ body }) => body)

describe('a pull request', () => {
  it('gets one comment with what it changes, updated in place', async () => {
    const first = await act({ inputs: { baseline } })
    expect(first).toMatchObject({ status: 0, warnings: [] })
    expect(bodies()).toHaveLength(1)
    expect(bodies()[0]).toContain('`beta`')
    expect(bodies()[0]).toContain(
      `Commit aaaaaaa, [run 100](${github.serverUrl}/acme/api/actions/runs/100/attempts/1)`,
    )
    const second = await act({
      workspace: await site.project([alpha]),
      inputs: { baseline },
      env: { GITHUB_RUN_ID: '101' },
    })
    expect(second).toMatchObject({ status: 0, warnings: [] })
    expect(bodies()).toHaveLength(1)
    expect(bodies()[0]).toMatch(/✅ `api`: no change/)
  }, 120_000)

  it('without a baseline gets none, unless it is over budget or a comment is always wanted', async () => {
    await act({})
    expect(bodies()).toEqual([])
    expect(await act({ inputs: { 'max-size': '1 kB' } })).toMatchObject({ status: 1 })
    expect(bodies()).toEqual([expect.stringContaining('is over budget')])
    await act({ env: { GITHUB_RUN_ID: '101' } })
    expect(bodies()).toEqual([expect.not.stringContaining('is over budget')])
    github.state.comments.clear()
    await act({ inputs: { comment: 'always' } })
    expect(bodies()).toEqual([expect.stringContaining('`alpha`')])
  }, 120_000)

  it('gets a comment for each image, or one for all of a workflow', async () => {
    const of = (name: string, comment: string): Promise<ActionResult> =>
      act({ inputs: { name, comment, baseline } })
    await Promise.all([of('api', 'auto'), of('jobs', 'auto')])
    expect(bodies()).toHaveLength(2)
    github.state.comments.clear()
    await Promise.all([of('api', 'merged'), of('jobs', 'merged')])
    expect(bodies()).toHaveLength(1)
    expect(bodies()[0]).toMatch(/`api`[^]*`jobs`/)
  }, 120_000)

  it('gets none when none is wanted, and GitHub is not asked', async () => {
    const before = github.requests.length
    await act({ inputs: { comment: 'never', baseline } })
    expect(github.requests).toHaveLength(before)
  }, 120_000)

  it('gets no comment of a run that is none of its own', async () => {
    await act({ event: 'push', inputs: { baseline, comment: 'always' } })
    await act({ payload: { pull_request: { number: '../../1', head: { sha: head, repo: null } } } })
    await act({ payload: { pull_request: { number, head: { sha: 'main', repo: null } } } })
    expect(bodies()).toEqual([])
  }, 120_000)
})

describe('a token that may not comment', () => {
  const reading = (): string => github.token({ permissions: readOnly })

  it('is told with the two lines to add; summary and verdict are what they are', async () => {
    const result = await act({ token: reading(), inputs: { baseline } })
    expect(result).toMatchObject({ status: 0, outputs: { verdict: 'skipped' } })
    expect(result.warnings).toEqual([
      expect.stringContaining('\npermissions:\n  pull-requests: write\n') as unknown,
    ])
    expect(result.warnings[0]).toContain('403: Resource not accessible by integration')
    expect(result.summary).toContain('`beta`')
    expect(result.log).not.toContain('ghs_canary')
    const failing = await act({ token: reading(), inputs: { 'max-size': '1 kB' } })
    expect(failing).toMatchObject({ status: 1, outputs: { verdict: 'fail' } })
  }, 120_000)

  it.each([['mallory/api'], [null]])(
    'is no fault of a pull request from %s',
    async (repository) => {
      const result = await act({
        token: reading(),
        inputs: { baseline },
        payload: pullRequest(repository),
      })
      expect(result).toMatchObject({ status: 0, warnings: [] })
      expect(result.notices[0]).toContain('comes from a fork')
    },
    120_000,
  )

  it('may be left out', async () => {
    const before = github.requests.length
    const result = await act({ token: '', inputs: { baseline } })
    expect(result).toMatchObject({ status: 0, warnings: [] })
    expect(result.notices[0]).toContain('token is empty')
    expect(github.requests).toHaveLength(before)
  }, 120_000)
})

/** All limits of a job's come a tenth as late. */
const hasty = { NODE_OPTIONS: fastClock(10) }

describe('a fault of GitHub', () => {
  it.each(Object.keys(commentFaults) as (keyof typeof commentFaults)[])(
    '(%s) is a warning, and costs neither verdict nor report',
    async (name) => {
      for (const operation of ['listComments', 'createComment'] as const) {
        github.fail(operation, commentFaults[name])
        const result = await act({ inputs: { baseline, 'max-size': '1 kB' }, env: hasty })
        github.fail(operation, undefined)
        expect(result).toMatchObject({ status: 1, outputs: { verdict: 'fail', image: 'oci:image' } })
        expect(result.errors).toEqual([expect.stringContaining('is over budget')])
        expect(result.warnings).toEqual([expect.stringMatching(/^no comment on the pull request: /)])
        expect(result.summary).toContain('`beta`')
        expect(bodies()).toEqual([])
      }
    },
    120_000,
  )
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { deflateRawSync } from 'node:zlib'
import { formatHandover, type HandedReport } from '../../../src/action/handover/document.ts'
import { fileName } from '../../../src/action/handover/names.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { workflowRunEvent } from '../../fixtures/events.ts'
import { refused } from '../../fixtures/github/faults.ts'
import { type GitHub, startGitHub } from '../../fixtures/github/github.ts'
import { readOnly, type Run } from '../../fixtures/github/state.ts'
import { createGrownMeasurement, createMeasurement } from '../../fixtures/measurement.ts'
import { commentPath } from '../../fixtures/program.ts'
import { createHostileMeasurement } from '../../fixtures/report.ts'
import { commandsIn } from '../../fixtures/runner-commands.ts'
import { type ActionResult, runAction } from '../../fixtures/runner.ts'
import { useFolder } from '../../fixtures/folder.ts'

const head = 'a'.repeat(40)
const image = '0123456789abcdef'
const slow = 120_000

let github: GitHub
let run: Run
let number: number
const at = useFolder()
beforeAll(async () => {
  github = await startGitHub()
}, 60_000)
afterAll(() => github.close())
beforeEach(() => {
  number = github.pull({ head: { ref: 'topic', sha: head, repository: 'mallory/api' } }).number
  run = github.run({ headSha: head, headBranch: 'topic', headRepository: 'mallory/api' })
})
afterEach(() => {
  expect((github.violations as string[]).splice(0)).toEqual([])
  github.state.pulls.clear()
  github.state.comments.clear()
  github.state.artifacts.clear()
})

const bodies = (): readonly string[] => [...github.state.comments.values()].map(({ body }) => body)

function createHanded(overrides: Partial<HandedReport> = {}): HandedReport {
  return {
    ...{ name: 'api', measurement: createGrownMeasurement(), base: createMeasurement() },
    baselineText: 'main@1a2b3c4',
    ...overrides,
  }
}

/** An archive with one file; the size that it says is the real one unless told. */
function zip(
  content: string | Buffer,
  { name = fileName, size }: { name?: string; size?: number } = {},
): Buffer {
  const data = Buffer.from(content)
  const packed = deflateRawSync(data)
  const path = Buffer.from(name)
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt16LE(8, 4)
  fields.writeUInt32LE(packed.length, 14)
  fields.writeUInt32LE(size ?? data.length, 18)
  fields.writeUInt16LE(path.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, path, packed])
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, Buffer.alloc(14), path])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(entry.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, entry, Buffer.from('PK\x05\x06'), end])
}

function documentOf(reports: readonly HandedReport[] = [createHanded()], headSha = head): string {
  return formatHandover({ headSha, reports }) ?? ''
}

function leave(bytes: Uint8Array = zip(documentOf()), name = `pydeps-image-${image}-1`): void {
  github.artifact({ run: run.id, name, zip: bytes })
}

async function follow(
  inputs: Readonly<Record<string, string>> = {},
  { token = github.token(), about = run, event = 'workflow_run' } = {},
): Promise<ActionResult> {
  const { payload, env } = workflowRunEvent({ repository: github.repository }, about, 'f'.repeat(40))
  return runAction({
    ...{ main: commentPath, temp: at(), workspace: at(), event, payload, inputs: { token, ...inputs } },
    env: {
      ...{ PATH: process.env['PATH'], HOME: at(), ...env },
      ...{ GITHUB_API_URL: github.apiUrl, GITHUB_GRAPHQL_URL: github.graphqlUrl },
      ...{ GITHUB_SERVER_URL: github.serverUrl, GITHUB_REPOSITORY: github.repository, GITHUB_RUN_ID: '1' },
    },
  })
}

it(
  'posts what the run measured, compared and judged here',
  async () => {
    leave()
    const result = await follow({ 'max-increase': '1 MB' })
    expect(result).toMatchObject({ status: 0, warnings: [], notices: [] })
    expect(result.outputs).toEqual({ verdict: 'fail', 'pull-request': String(number) })
    expect(bodies()).toEqual([expect.stringMatching(/❌ `api` is over budget[^]*`main@1a2b3c4`[^]*`polars`/)])
    expect(bodies()[0]).toContain(`run=${run.id} attempt=1 sha=${head}`)
    expect(github.comments(number)).toHaveLength(1)
    await follow()
    expect(bodies()).toEqual([expect.not.stringContaining('over budget')])
  },
  slow,
)

it(
  'posts for each image of a matrix, the latest attempt of each',
  async () => {
    run = github.run({ ...run, id: run.id, attempt: 2 })
    leave(zip(documentOf([createHanded({ name: 'old' })])))
    leave(undefined, `pydeps-image-${image}-2`)
    leave(zip(documentOf([createHanded({ name: 'jobs' })])), 'pydeps-image-fedcba9876543210-1')
    await follow()
    expect([...bodies()].sort()).toEqual([
      expect.stringMatching(/`api`/) as unknown,
      expect.stringMatching(/`jobs`/) as unknown,
    ])
  },
  slow,
)

it(
  'takes the label that the pull request has now for an acceptance, and no word of the run',
  async () => {
    const inputs = { 'fail-on': 'environment grows by > 1 B', 'accept-label': 'larger image' }
    leave()
    expect((await follow(inputs)).outputs).toMatchObject({ verdict: 'fail' })
    github.state.pulls.get(number)?.labels.push('Larger Image')
    const accepted = await follow(inputs)
    expect(accepted).toMatchObject({ status: 0, warnings: [], outputs: { verdict: 'pass' } })
    expect(bodies()).toEqual([expect.stringContaining('accepted by label')])
    // Where no one says which labels it has, it has none.
    github.fail('listLabels', refused(403, 'Resource not accessible by integration'))
    expect((await follow(inputs)).outputs).toMatchObject({ verdict: 'fail' })
    github.fail('listLabels', undefined)
  },
  slow,
)

describe('posts nothing', () => {
  const other = 'c'.repeat(40)
  const oneOf = (sha = head, repository = 'mallory/api', base = {}): unknown =>
    github.pull({ head: { ref: 'topic', sha, repository }, base })

  it.each<readonly [string, () => void]>([
    ['of a run that was for no pull request', () => (run = github.run({ ...run, event: 'push' }))],
    ['of a run whose repository is gone', () => (run = github.run({ ...run, headRepository: null }))],
    ['of a run whose branch is gone', () => (run = github.run({ ...run, headBranch: null }))],
    [
      'when the pull request has moved on',
      () => ((github.state.pulls.get(number) ?? { head: { sha: '' } }).head.sha = other),
    ],
    [
      'when the pull request is closed',
      () => ((github.state.pulls.get(number) ?? { state: '' }).state = 'closed'),
    ],
    ['when two pull requests have the commit', () => oneOf()],
    ["when the commit is another owner's", () => (run = github.run({ ...run, headRepository: 'eve/api' }))],
    [
      'when the commit is of another repository of the owner',
      () => (run = github.run({ ...run, headRepository: 'mallory/other' })),
    ],
  ])(
    '%s',
    async (_, arrange) => {
      leave()
      arrange()
      const result = await follow()
      expect(result).toMatchObject({ status: 0, outputs: {}, warnings: [] })
      expect(result.notices).toEqual([expect.stringMatching(/^nothing to post: /)])
      expect(bodies()).toEqual([])
    },
    slow,
  )

  it.each<readonly [string, () => void]>([
    ['nothing', () => undefined],
    ['an artifact of another name', () => leave(undefined, 'coverage')],
    ['an attempt that has not been', () => leave(undefined, `pydeps-image-${image}-7`)],
    ['another commit', () => leave(zip(documentOf(undefined, other)))],
    ['no archive', () => leave(Buffer.from('not a zip'))],
    ['a file of another name', () => leave(zip(documentOf(), { name: '../../etc/passwd' }))],
    ['no JSON', () => leave(zip('{'))],
    ['another shape', () => leave(zip('{"schemaVersion":1,"headSha":"x","reports":[]}'))],
    ['a newer version', () => leave(zip(documentOf().replace('"schemaVersion":1', '"schemaVersion":2')))],
    ['figures that are none', () => leave(zip(documentOf().replace(/"download":\d+/, '"download":-1')))],
    ['JSON without end', () => leave(zip('['.repeat(1_000_000)))],
    ['a bomb', () => leave(zip(Buffer.alloc(64 * 2 ** 20)))],
    ['a bomb that lies about its size', () => leave(zip(Buffer.alloc(64 * 2 ** 20), { size: 100 }))],
    ['an archive that is too large', () => leave(Buffer.alloc(3 * 2 ** 20))],
    [
      'what has expired',
      () => {
        leave()
        for (const artifact of github.state.artifacts.values()) artifact.expired = true
      },
    ],
  ])(
    'of a run that left %s',
    async (_, arrange) => {
      arrange()
      const result = await follow()
      expect(result).toMatchObject({ status: 0, outputs: {}, errors: [] })
      expect(result.notices).toEqual(['nothing to post: the run left no figures of an image'])
      expect(bodies()).toEqual([])
    },
    slow,
  )
})

it(
  'shows no sentence of the run, and makes nothing of its names',
  async () => {
    const text = attacks.join('\n').slice(0, 150)
    const hostile = createHanded({
      name: text,
      baselineText: text,
      measurement: createHostileMeasurement(text),
    })
    leave(zip(documentOf([hostile])))
    const result = await follow({ comment: 'always' })
    expect(result.status).toBe(0)
    expect(commandsIn(result.log).filter((name) => !['warning', 'notice'].includes(name))).toEqual([])
    const forged = {
      ...createGrownMeasurement(),
      waste: [{ path: 'x', bytes: 1, download: 1, why: 'SENTENCE', hint: 'SENTENCE' }],
    }
    github.state.artifacts.clear()
    const document = JSON.parse(documentOf()) as { reports: { measurement: unknown }[] }
    for (const report of document.reports) report.measurement = forged
    leave(zip(JSON.stringify(document)))
    await follow()
    expect(bodies().join('')).not.toContain('SENTENCE')
  },
  slow,
)

it(
  'says which lines its job lacks',
  async () => {
    leave()
    const result = await follow({}, { token: github.token({ permissions: readOnly }) })
    expect(result).toMatchObject({ status: 0 })
    expect(result.warnings).toEqual([expect.stringContaining('permissions:\n  pull-requests: write')])
  },
  slow,
)

it(
  'fails on another event, and says how it is used',
  async () => {
    const result = await follow({}, { event: 'pull_request' })
    expect(result).toMatchObject({ status: 1 })
    expect(result.errors).toEqual([expect.stringContaining('workflow_run')])
  },
  slow,
)

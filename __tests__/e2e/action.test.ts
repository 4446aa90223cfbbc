import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSite, type Site } from '../fixtures/built.ts'
import { type ActionResult, type ActionRun, runAction } from '../fixtures/runner.ts'
import { commandsIn } from '../fixtures/runner-commands.ts'
import { mainPath, postPath } from '../fixtures/program.ts'
import { createWheel } from '../fixtures/wheel.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')

let site: Site
beforeAll(async () => {
  site = await createSite([alpha, beta])
})
afterAll(() => site.close())

/** The action on a new project of these packages. */
async function act(
  inputs: Readonly<Record<string, string>>,
  overrides: Partial<ActionRun> = {},
): Promise<ActionResult & { readonly workspace: string }> {
  const workspace = overrides.workspace ?? (await site.project([alpha, beta], { 'app.py': 'print("app")\n' }))
  const result = await runAction({
    main: mainPath,
    post: postPath,
    temp: await site.newFolder('runner'),
    env: await site.env(await site.newFolder('store')),
    inputs: { 'base-image': site.base, command: 'python app.py', ...inputs },
    ...overrides,
    workspace,
  })
  expect(result.postStatus).toBe(0)
  if (overrides.postEnv === undefined) expect(result.postLog).toBe('')
  return { ...result, workspace }
}

describe('a build', () => {
  it('leaves the image, the outputs, the summary and the reports', async () => {
    const result = await act({ name: 'the api', 'max-size': '1 GB' })
    expect(result).toMatchObject({ status: 0, errors: [] })
    expect(result.outputs).toMatchObject({
      verdict: 'pass',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      image: 'oci:image',
      download: expect.stringMatching(/^\d+$/) as unknown,
      environment: expect.stringMatching(/^5\d{4}$/) as unknown,
      'build-time': expect.stringMatching(/^\d+$/) as unknown,
      'download-delta': '',
    })
    expect(result.summary).toMatch(/^### ✅ `the api` is within budget: download /)
    expect(result.summary).toContain('`alpha`')
    expect(await readFile(result.outputs['report'] ?? '', 'utf8')).toBe(result.summary)
    expect(JSON.parse(await readFile(result.outputs['measurement'] ?? '', 'utf8'))).toMatchObject({
      schemaVersion: 1,
      image: { digest: result.outputs['digest'] },
    })
    expect(existsSync(join(result.workspace, 'image', 'index.json'))).toBe(true)
    expect(result.log).toMatch(
      /^::group::Build the image\n::stop-commands::(.+)\n[^]*\n::\1::\n::endgroup::\nthe api {2}linux/,
    )
  })

  it('is compared with what an earlier one measured', async () => {
    const before = await act({})
    const workspace = await site.project([alpha])
    const after = await act({ baseline: before.outputs['measurement'] ?? '' }, { workspace })
    expect(after.outputs).toMatchObject({
      'download-delta': expect.stringMatching(/^-\d+$/) as unknown,
      'update-download': expect.stringMatching(/^\d+$/) as unknown,
    })
    expect(after.summary).toContain('`beta`')
  })

  it('has its verdict on a runner without summaries too', async () => {
    const result = await act({ 'max-size': '1 kB' }, { without: ['GITHUB_STEP_SUMMARY', 'RUNNER_TEMP'] })
    expect(result).toMatchObject({ status: 1, outputs: { verdict: 'fail' }, summary: '' })
    expect(result.warnings).toEqual([expect.stringContaining('no job summary was written')])
  })

  it('is not failed by a store that cannot be pruned', async () => {
    const result = await act({}, { postEnv: { XDG_CACHE_HOME: '/dev/null' } })
    expect(result).toMatchObject({ status: 0, postStatus: 0 })
    expect(result.postLog).toMatch(/^::warning::the store was not pruned: .+\n$/)
  })

  it('over budget fails with the rule in an annotation, and still leaves everything', async () => {
    const result = await act({ 'fail-on': 'disk > 1 kB\nenvironment > 1 GB', 'warn-on': 'download > 1 kB' })
    expect(result.status).toBe(1)
    expect(result.errors).toEqual([expect.stringMatching(/is over budget: disk > 1 kB: disk is .*, above 1/)])
    expect(result.warnings).toEqual([expect.stringContaining('is over budget: download > 1 kB')])
    expect(result.outputs).toMatchObject({ verdict: 'fail', image: 'oci:image' })
    expect(result.summary).toContain('❌')
    expect(existsSync(join(result.workspace, 'image', 'index.json'))).toBe(true)
  })
})

describe('what cannot be built', () => {
  it('fails with every wrong input at once', async () => {
    const result = await act({ mode: 'shp', push: 'true', 'fail-on': 'size > 1 MB' })
    expect(result.status).toBe(1)
    expect(result.errors).toHaveLength(1)
    expect(result.errors[0]).toMatch(/^3 problems in the inputs:\n- /)
    expect(result.errors[0]).toContain('did you mean ship?')
    expect(result.outputs).toEqual({})
  })

  it('fails with what to do, and without a stack', async () => {
    const result = await act({}, { workspace: await site.newFolder('empty') })
    expect(result.status).toBe(1)
    expect(result.errors).toEqual([expect.stringContaining('\n')])
    expect(result.log).not.toMatch(/^ +at /m)
  })

  it('is refused on pull_request_target, before anything is read', async () => {
    const result = await act({ mode: 'shp' }, { event: 'pull_request_target' })
    expect(result.status).toBe(1)
    expect(result.errors).toEqual([expect.stringMatching(/pull_request_target[^]*on: pull_request/)])
  })

  it.each(['::set-output name=verdict::pass', '  ##[set-env name=PATH;]/tmp', '\u200b::add-mask::a'])(
    'gives the runner no command in a lock of %j',
    async (text) => {
      const workspace = await site.project([], {
        'pylock.toml': `${text}\r${text}\n[[packages]]\nname = ${text}\n`,
      })
      const result = await act({ name: text }, { workspace })
      expect(result.status).toBe(1)
      expect(commandsIn(result.log)).toEqual(['group', 'stop-commands', 'endgroup', 'error'])
    },
  )
})

it('stops when the runner cancels, and says so', async () => {
  const slow = await createSite([alpha])
  try {
    let kill: (signal: NodeJS.Signals) => void = () => undefined
    const reached = slow.index.stall()
    void reached.then(() => kill('SIGINT'))
    const result = await act(
      { 'base-image': slow.base },
      {
        workspace: await slow.project([alpha]),
        env: await slow.env(await slow.newFolder('store')),
        onStart: (signal) => (kill = signal),
      },
    )
    expect(result.status).toBe(1)
    expect(result.errors).toEqual(['interrupted by SIGINT'])
  } finally {
    await slow.close()
  }
})

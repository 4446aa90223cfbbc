import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site } from '../fixtures/built.ts'
import { type Ended, startCli } from '../fixtures/start-cli.ts'
import { createDistribution } from '../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0')
const alphaNext = createDistribution('alpha', '2.0', { files: { 'alpha.py': '#'.repeat(50_000) } })

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
let store: string
let project: string
beforeAll(async () => {
  site = await createSite([alpha, alphaNext])
  store = await site.newFolder('store')
  project = await site.project([alpha], { 'main.py': '' }, 'web')
})
afterAll(() => site.close())

/** Runs the command line in a folder of its own. */
async function pydeps(
  args: readonly string[],
  { cwd }: { cwd?: string } = {},
): Promise<Ended & { cwd: string }> {
  const folder = cwd ?? (await site.newFolder('cwd'))
  return { ...(await startCli(args, { env: await site.env(store), cwd: folder }).ended), cwd: folder }
}
const build = (...args: string[]): Promise<Ended & { cwd: string }> =>
  pydeps(['build', project, '--base', site.base, ...args])

describe('pydeps-image build', () => {
  it('builds to ./image, reports on stdout, tells progress on stderr, and ends with 0', async () => {
    const { status, stdout, stderr, cwd } = await build()
    expect([status, stderr]).toEqual([0, expect.not.stringMatching(/error|fault/)])
    expect(await readdir(join(cwd, 'image'))).toEqual(expect.arrayContaining(['index.json', 'oci-layout']))
    expect(stdout).toContain('oci:image')
    expect(stdout).toContain('alpha')
    expect(stdout).not.toContain('\x1b[')
    expect(stderr).toMatch(/assemble/)
  })

  it('writes the measurement alone to stdout for --json -', async () => {
    const { status, stdout } = await build('--json', '-')
    expect(status).toBe(0)
    const measurement = JSON.parse(stdout) as Record<string, unknown>
    expect(measurement).toMatchObject({ schemaVersion: 1, mode: 'ship', engine: 'assemble' })
    expect(measurement['packages']).toEqual([expect.objectContaining({ name: 'alpha', version: '1.0' })])
    expect(measurement['timings']).toEqual(
      expect.arrayContaining([expect.objectContaining({ step: 'total' })]),
    )
  })

  it('writes a bill of materials with the hash of the locked wheel', async () => {
    const { stdout } = await build('--sbom', '-')
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(stdout)).toBeNull()
    const { metadata, components } = JSON.parse(stdout) as {
      readonly metadata: { readonly component: { readonly name: string } }
      readonly components: readonly { readonly name: string; readonly hashes?: unknown }[]
    }
    expect(metadata.component.name).toBe('web')
    expect(components.find(({ name }) => name === 'alpha')?.hashes).toEqual([
      { alg: 'SHA-256', content: alpha.sha256 },
    ])
  })

  it('is silent with --quiet, and writes what was asked for', async () => {
    const { status, stdout, stderr, cwd } = await build(
      '--quiet',
      '--json',
      'report.json',
      '--markdown',
      'report.md',
    )
    expect([status, stdout, stderr]).toEqual([0, '', ''])
    expect(JSON.parse(await readFile(join(cwd, 'report.json'), 'utf8'))).toMatchObject({ schemaVersion: 1 })
    expect(await readFile(join(cwd, 'report.md'), 'utf8')).toContain('web')
  })

  it('ends with 1 when a budget failed, after all of the report, and the image is there', async () => {
    const { status, stdout, cwd } = await build('--fail-on', 'download > 1 kB')
    expect(status).toBe(1)
    expect(stdout).toMatch(/download/)
    expect(await readdir(join(cwd, 'image'))).toContain('index.json')
    expect((await build('--warn-on', 'download > 1 kB', '--fail-on', 'download > 1 GB')).status).toBe(0)
  })

  it('compares with a measurement and with an image, and judges what grew', async () => {
    const { cwd } = await build('--quiet', '--json', 'base.json')
    const next = await site.project([alphaNext], { 'main.py': '' })
    const against = async (what: string): Promise<Ended> =>
      pydeps(
        [
          'build',
          next,
          '--base',
          site.base,
          '--output',
          'oci:next',
          '--against',
          what,
          '--json',
          '-',
          '--fail-on',
          'environment grows by > 10 kB',
        ],
        { cwd },
      )
    for (const what of ['base.json', 'oci:image']) {
      const { status, stdout } = await against(what)
      expect(status).toBe(1)
      const { sizes } = JSON.parse(stdout) as { sizes: { updateDownload: number; download: number } }
      expect(sizes.updateDownload).toBeGreaterThan(0)
      expect(sizes.updateDownload).toBeLessThan(sizes.download)
    }
  })
})

describe('what a user can mend', () => {
  const failing: Readonly<
    Record<string, readonly [status: number, args: () => readonly string[], told: RegExp]>
  > = {
    'several problems at once': [
      2,
      () => ['build', '--mode', 'x', '--compression', 'y', '--fail-on', 'z'],
      /--mode[^]*--compression[^]*--fail-on/,
    ],
    'a folder without a lock': [2, () => ['build', site.folder], /uv\.lock[^]*what to do: /],
    'an output below a file': [
      2,
      () => ['build', project, '--base', site.base, '--output', `oci:${project}/main.py/x`],
      /cannot be written[^]*what to do: /,
    ],
    'something to compare with that is not there': [
      2,
      () => ['build', project, '--base', site.base, '--against', 'nowhere.json'],
      /nowhere\.json/,
    ],
    'a report below a folder that is not there': [
      2,
      () => ['build', project, '--base', site.base, '--json', 'no/such/folder.json'],
      /no\/such\/folder\.json[^]*what to do: /,
    ],
    'a Python that the base has not': [
      3,
      () => ['build', join(site.folder, 'newer'), '--base', site.base],
      /3\.13\.5[^]*>=3\.14[^]*what to do: /,
    ],
  }
  beforeAll(async () => {
    await site.project(
      [alpha],
      { 'pyproject.toml': '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.14"\n' },
      'newer',
    )
  })
  for (const [name, [wanted, args, told]] of Object.entries(failing)) {
    it(`is told on stderr with status ${wanted}: ${name}`, async () => {
      const { status, stdout, stderr } = await pydeps(args())
      expect([status, stdout, stderr]).toEqual([wanted, '', expect.stringMatching(told)])
      expect(stderr).not.toMatch(/fault of pydeps-image|\n {4}at /)
    })
  }
})

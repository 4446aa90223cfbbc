import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { bundled } from '../fixtures/bundle.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'

const root = join(import.meta.dirname, '../..')

/** A repository as a user has it, with this workflow; the action lies in it, as a runner would have fetched it. */
async function createRepository(folder: string, dist: string, workflow: string): Promise<void> {
  await cp(join(root, 'examples/web'), folder, { recursive: true })
  await mkdir(join(folder, '.github/workflows'), { recursive: true })
  await writeFile(join(folder, '.github/workflows/image.yml'), workflow)
  await writeFile(join(folder, '.dockerignore'), '\n.github\naction\n', { flag: 'a' })
  await cp(join(root, 'action.yml'), join(folder, 'action/action.yml'))
  await cp(dist, join(folder, 'action/dist'), { recursive: true })
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args], { cwd: folder })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message=Web')
}

describeWithEngine('the action on a runner', (engine) => {
  let folder: string
  let dist: string
  let act: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workflow-'))
    act = execFileSync(join(root, 'scripts/act'), { encoding: 'utf8' }).trim()
    dist = await bundled()
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Runs a job with the steps after the checkout; gives what the runner wrote, without its prefixes. */
  async function runJob(name: string, steps: string): Promise<{ status: number; log: string }> {
    const repository = join(folder, name)
    const lines = steps.replace(/^/gm, '      ')
    const job = `  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n${lines}\n`
    await createRepository(repository, dist, `on: push\njobs:\n${job}`)
    return new Promise((resolve) => {
      execFile(
        act,
        ['push', '-P', 'ubuntu-latest=-self-hosted', '--no-cache-server'],
        {
          cwd: repository,
          env: {
            ...process.env,
            // The runner takes the first node there is, and is to take the one that action.yml asks for.
            PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
            XDG_CACHE_HOME: join(folder, 'cache'),
          },
          timeout: 240_000,
          maxBuffer: 2 ** 26,
        },
        (error, stdout, stderr) =>
          resolve({
            status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
            log: `${stdout}${stderr}`.replace(/^\[[^\]]*\] +(?:\| ?)?/gm, ''),
          }),
      )
    })
  }

  it('builds an image that runs, and hands its figures to the next step', async () => {
    const archive = join(folder, 'web.tar')
    const pushed = `${engine.registry}/action-workflow:test`
    const { status, log } = await runJob(
      'builds',
      [
        '- uses: ./action',
        '  id: image',
        '  with:',
        `    base-image: ${engine.base}`,
        `    output: docker-archive:${archive}:action-workflow:test`,
        `    tags: ${pushed}`,
        '    push: true',
        '    name: the web example',
        '    max-size: 1 GB',
        '- run: env | grep ^OUT_ && cp "$OUT_MEASUREMENT" "$OUT_REPORT" "$COPIES"',
        '  env:',
        `    COPIES: ${folder}`,
        ...['verdict', 'digest', 'image', 'download', 'environment', 'measurement', 'report'].map(
          (name) => `    OUT_${name.toUpperCase()}: \${{ steps.image.outputs.${name} }}`,
        ),
      ].join('\n'),
    )
    expect({ status, log }).toEqual({ status: 0, log: expect.stringContaining('Job succeeded') })
    const outputs = Object.fromEntries(
      [...log.matchAll(/^OUT_([A-Z]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
    const measurement = JSON.parse(await readFile(join(folder, 'measurement.json'), 'utf8')) as {
      sizes: { download: number; environment: number }
      packages: unknown[]
    }
    expect(outputs).toMatchObject({
      VERDICT: 'pass',
      DIGEST: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      IMAGE: `docker://${pushed}`,
      DOWNLOAD: String(measurement.sizes.download),
      ENVIRONMENT: String(measurement.sizes.environment),
    })
    expect(measurement.sizes.environment).toBeGreaterThan(140e6)
    expect(measurement.packages.length).toBeGreaterThan(30)
    const report = await readFile(join(folder, 'report.md'), 'utf8')
    expect(report).toMatch(/^### ✅ `the web example` is within budget: download /)
    // This runner writes the job summary into its log.
    expect(log).toContain(report.split('\n')[0])

    const crane = (...args: readonly string[]): string =>
      execFileSync(engine.crane, ['--insecure', ...args], { encoding: 'utf8' }).trim()
    expect(crane('digest', pushed)).toBe(outputs['DIGEST'])
    crane('validate', '--remote', pushed)

    await docker(engine, 'containerd', ['load', '--input', archive])
    try {
      const ask = ['run', '--rm', '--network=none', '--entrypoint=python', 'action-workflow:test', '-c']
      const { stdout } = await docker(engine, 'containerd', [...ask, 'import numpy, sys; print(sys.prefix)'])
      expect(stdout).toMatch(/^\/.+\n$/)
    } finally {
      await docker(engine, 'containerd', ['rmi', '--force', 'action-workflow:test'])
    }
  }, 300_000)

  it('fails the job over budget, with the rule in the log', async () => {
    const { status, log } = await runJob(
      'over-budget',
      [
        '- uses: ./action',
        '  id: image',
        '  with:',
        `    base-image: ${engine.base}`,
        `    output: oci:${join(folder, 'over')}`,
        '    fail-on: |',
        '      environment > 1 MB',
        '      download > 1 GB',
        '- run: echo "after a verdict of $VERDICT"',
        '  if: always()',
        '  env:',
        '    VERDICT: ${{ steps.image.outputs.verdict }}',
        '- run: echo not reached',
      ].join('\n'),
    )
    expect({ status, log }).toEqual({ status: 1, log: expect.stringContaining('Job failed') })
    expect(log).toMatch(/web is over budget: environment > 1 MB: environment is \d+ MB, above 1\.00 MB/)
    expect(log).toContain('after a verdict of fail')
    expect(log).not.toMatch(/^not reached$/m)
    expect(log).toContain('Post ./action')
  }, 300_000)
})

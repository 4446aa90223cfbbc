import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { createSite, type Site, writeProject } from '../../fixtures/built.ts'
import { bundled } from '../../fixtures/bundle.ts'
import { describeWithEngine } from '../../fixtures/engine.ts'
import { pullRequestEvent, pushEvent, type RunnerEvent } from '../../fixtures/events.ts'
import { type GitHub, startGitHub } from '../../fixtures/github/github.ts'
import { startTls, type Tls } from '../../fixtures/tls.ts'
import { createWheel, type Wheel } from '../../fixtures/wheel.ts'

const root = join(import.meta.dirname, '../../..')
const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0')

describeWithEngine('the same workflow on a runner that no one here wrote', () => {
  let site: Site
  let github: GitHub
  let tls: Tls
  let act: string
  let repository: string
  let token: string
  beforeAll(async () => {
    act = execFileSync(join(root, 'scripts/act'), { encoding: 'utf8' }).trim()
    site = await createSite([alpha, beta])
    // The runner says where an Enterprise Server is, and reaches none without TLS.
    github = await startGitHub({ enterprise: true })
    tls = await startTls(site.folder, new URL(github.apiUrl))
    token = github.token()
    repository = join(site.folder, 'repository')
    await cp(await bundled(), join(repository, 'action/dist'), { recursive: true })
    await cp(join(root, 'action.yml'), join(repository, 'action/action.yml'))
    await mkdir(join(repository, '.github/workflows'), { recursive: true })
    await writeFile(join(repository, '.dockerignore'), '.github\naction\n')
    await writeFile(join(repository, '.github/workflows/image.yml'), workflow(site.base))
    git('init', '--quiet', '--initial-branch=main')
    git('remote', 'add', 'origin', `https://${tls.host}/${github.repository}.git`)
  }, 300_000)
  afterAll(async () => {
    await tls.close()
    await github.close()
    await site.close()
  })

  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args], {
      cwd: repository,
      encoding: 'utf8',
    }).trim()

  async function commit(packages: readonly Wheel[], app: string): Promise<string> {
    await writeProject(repository, {
      'pylock.toml': site.lock(packages),
      'pyproject.toml': '[project]\nname = "api"\nversion = "1.0"\nrequires-python = ">=3.11"\n',
      'app.py': `print("${app}")\n`,
    })
    git('add', '--all')
    git('commit', '--quiet', '--message', app)
    return git('rev-parse', 'HEAD')
  }

  /** Runs the workflow on what is checked out; gives what the runner wrote, and what the index was asked. */
  async function runWorkflow({ event, payload }: RunnerEvent): Promise<{
    readonly status: number
    readonly log: string
    readonly index: readonly string[]
  }> {
    const folder = await site.newFolder('machine')
    await writeFile(join(folder, 'event.json'), JSON.stringify(payload))
    const before = site.index.requests.length
    const env = await site.env(join(folder, 'store'))
    const result = await new Promise<{ status: number; log: string }>((resolve) => {
      execFile(
        act,
        [
          event,
          ...['--eventpath', join(folder, 'event.json'), '-P', 'ubuntu-latest=-self-hosted'],
          ...['--secret', `GITHUB_TOKEN=${token}`, '--github-instance', tls.host],
          ...[
            '--env',
            `NODE_EXTRA_CA_CERTS=${tls.certificate}`,
            '--env',
            `XDG_CACHE_HOME=${join(folder, 'store')}`,
          ],
          ...['--env', `UV_CACHE_DIR=${join(folder, 'uv')}`],
          ...['--cache-server-path', join(site.folder, 'caches'), '--cache-server-addr', '127.0.0.1'],
        ],
        {
          cwd: repository,
          // The runner takes the first node there is, and is to take the one that action.yml asks for.
          env: { ...env, PATH: [dirname(process.execPath), env['PATH']].join(delimiter) },
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
    return { ...result, index: site.index.requests.slice(before) }
  }

  it('builds a push, and then a pull request from what the push left', async () => {
    const place = { repository: github.repository }
    const sha = await commit([alpha, beta], 'first')
    const first = await runWorkflow(pushEvent(place, { branch: 'main', sha }))
    expect(first).toMatchObject({ status: 0, log: expect.stringContaining('Job succeeded') })
    expect(first.index).toHaveLength(2)
    expect(first.log).toContain('cache-hit is false')

    git('checkout', '--quiet', '-b', 'edit')
    const head = await commit([alpha], 'edited')
    git('checkout', '--quiet', '-B', 'merged', 'main')
    git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'edit')
    const pull = github.pull({
      base: { ref: 'main', sha },
      head: { ref: 'edit', sha: head, repository: github.repository },
    })
    const merge = git('rev-parse', 'HEAD')
    const second = await runWorkflow(pullRequestEvent(place, { pull, merge }))
    expect(second).toMatchObject({ status: 0, log: expect.stringContaining('Job succeeded'), index: [] })
    const [comment, ...others] = github.comments(pull.number)
    expect(others).toEqual([])
    expect(comment?.body).toContain(`compared with \`main@${sha.slice(0, 7)}\``)
    expect(comment?.body).toContain('➖ | `beta`')
    expect(github.violations).toEqual([])
  }, 300_000)
})

function workflow(base: string): string {
  return `on:
  push:
    branches: [main]
  pull_request:
jobs:
  image:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
      - uses: actions/checkout@v6
      - uses: ./action
        id: image
        with:
          base-image: ${base}
          command: python app.py
          fail-on: environment grows by > 1 MB
      - run: echo "cache-hit is \${{ steps.image.outputs.cache-hit }}"
`
}

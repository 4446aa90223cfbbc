import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { version } from '../src/version.ts'
import { bundled } from './fixtures/bundle.ts'
import { runAction } from './fixtures/runner.ts'

const root = join(import.meta.dirname, '..')
let dist: string
beforeAll(async () => {
  dist = await bundled()
}, 300_000)

/** This Node, and others that are on PATH: users run the command line on what they have. */
const nodes = new Map(
  ['', ...(process.env['PATH'] ?? '').split(delimiter)].flatMap((folder) => {
    const path = folder === '' ? process.execPath : join(folder, 'node')
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)/.exec(stdout)?.[1])
    return status === 0 && major >= 20 ? [[major, path] as const] : []
  }),
)

describe.each([...nodes])('the command line on Node %i', (_, node) => {
  it('says what there is, and its version', () => {
    const cli = join(dist, 'cli/index.js')
    expect(execFileSync(node, [cli, '--help'], { encoding: 'utf8' })).toContain('pydeps-image')
    expect(execFileSync(node, [cli, '--version'], { encoding: 'utf8' })).toBe(`${version}\n`)
  })

  it('ends with 2 on wrong usage', () => {
    const { status, stderr } = spawnSync(node, [join(dist, 'cli/index.js'), 'build', '--mode', 'shp'], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('did you mean ship?') })
  })
})

describe('what Node compiled of the command line', () => {
  const version = (cache: string): ReturnType<typeof spawnSync> => {
    const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: cache }
    return spawnSync(process.execPath, [join(dist, 'cli/index.js'), '--version'], { env, encoding: 'utf8' })
  }

  it('is kept beside what the program keeps, and made anew when it is damaged', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'dist-'))
    const whole = version(cache)
    const folder = join(cache, 'pydeps-image', 'compiled')
    const [file = ''] = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const bytes = readFileSync(file)
    expect(bytes.length).toBeGreaterThan(100_000)
    writeFileSync(file, bytes.fill(7, 1000, 50_000))
    expect(version(cache)).toMatchObject({ stdout: whole.stdout, stderr: '', status: 0 })
    await rm(cache, { recursive: true })
  })

  it('is not needed where nothing can be kept', () => {
    expect(version('/dev/null')).toMatchObject({ stderr: '', status: 0 })
  })
})

it.each([
  ['action.yml', ['main', 'post']],
  ['comment/action.yml', ['main']],
])('has the scripts that %s names', (file, keys) => {
  const { runs } = parse(readFileSync(join(root, file), 'utf8')) as { runs: Record<string, string> }
  for (const key of keys) {
    const [folder, path] = [join(root, dirname(file)), runs[key] ?? '']
    expect(existsSync(join(dist, relative(join(root, 'dist'), join(folder, path))))).toBe(true)
  }
})

it('keeps what only runners need out of the command line', () => {
  const cli = readFileSync(join(dist, 'cli/program.js'), 'utf8')
  expect(cli).not.toContain('GITHUB_OUTPUT')
  expect(cli).not.toContain('undici')
  expect(statSync(join(dist, 'cli/program.js')).size).toBeLessThan(2_000_000)
})

it('does not say where it was made', () => {
  for (const name of ['main', 'post', 'comment', 'cache', 'upload', 'cli']) {
    for (const file of readdirSync(join(dist, name))) {
      const text = readFileSync(join(dist, name, file), 'utf8')
      expect(text).not.toContain(root)
      expect(text).not.toMatch(/\.dist-\w{6}/)
    }
  }
})

it('has the licences of what it holds', () => {
  const licences = readFileSync(join(dist, 'main/licenses.txt'), 'utf8')
  for (const name of ['@actions/core', 'smol-toml', 'undici']) {
    expect(licences).toMatch(new RegExp(`^${name}$`, 'm'))
  }
})

it('runs as the action, and ends by itself', async () => {
  const temp = await mkdtemp(join(tmpdir(), 'dist-'))
  const result = await runAction({
    main: join(dist, 'main/index.js'),
    post: join(dist, 'post/index.js'),
    temp,
    workspace: temp,
    inputs: { engine: 'docker' },
    env: { PATH: process.env['PATH'], HOME: temp },
  })
  await rm(temp, { recursive: true })
  expect(result).toMatchObject({ status: 1, postStatus: 0, postLog: '' })
  expect(result.errors).toEqual([expect.stringContaining('engine: "docker" is not one of')])
})

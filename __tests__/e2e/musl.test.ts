import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { writeBase } from '../fixtures/base.ts'
import { createSite, readLayout, type Site } from '../fixtures/built.ts'
import { build, buildEnv, example, runCli } from '../fixtures/cli.ts'
import { describeWithEngine } from '../fixtures/engine.ts'
import { createWheel, type Wheel } from '../fixtures/wheel.ts'

jest.setTimeout(600_000)

const alpha = createWheel('alpha', '1.0')

/** A wheel whose tags say where it runs; nobody looks inside before. */
function tagged(name: string, tags: string): Wheel {
  const wheel = createWheel(name, '1.0')
  return { ...wheel, filename: `${name}-1.0-${tags}.whl` }
}

let site: Site
let musl = ''
const gamma = tagged('gamma', 'cp313-cp313-manylinux_2_28_x86_64')
const delta = tagged('delta', 'cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64')
const epsilon = createWheel('epsilon', '1.0')
beforeAll(async () => {
  site = await createSite([alpha, gamma, delta, epsilon])
  musl = await site.writeBase({ libc: 'musl' })
})
afterAll(() => site.close())

it('lists every package that has wheels for glibc alone, before anything is downloaded', async () => {
  const project = await site.project([alpha, gamma, delta, epsilon])
  const output = join(await site.newFolder('output'), 'image')
  const env = await site.env(await site.newFolder('store'))
  const before = site.index.requests.length
  const result = await runCli(['build', project, '--base', musl, '--output', `oci:${output}`, '--quiet'], {
    env,
  })
  expect(result.status).toBe(3)
  expect(result.stderr).toMatch(/^error: [^]*gamma[^]*\nwhat to do: .+\n$/)
  expect(result.stderr).toContain('delta')
  expect(result.stderr).toContain('musl')
  expect(result.stderr).not.toMatch(/alpha|epsilon/)
  expect(site.index.requests.slice(before).filter((path) => path.startsWith('/files/'))).toEqual([])
})

describeWithEngine('real wheels on a musl base', (engine) => {
  it('are those for musl', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'musl-'))
    try {
      const project = join(folder, 'project')
      await cp(example, project, { recursive: true })
      const lock = await readFile(join(example, 'requirements.txt'), 'utf8')
      const blocks = lock.match(/^[\w.-]+==.*\n(?: +--hash.*\n)+/gm) ?? []
      const some = blocks.filter((block) => /^(?:markupsafe|orjson|pyyaml|greenlet)==/.test(block))
      expect(some).toHaveLength(4)
      await rm(join(project, 'pyproject.toml'))
      await writeFile(join(project, 'requirements.txt'), some.join(''))
      const base = await writeBase(join(folder, 'base'), { libc: 'musl' })
      const output = join(folder, 'image')
      await build([project, '--base', base, '--output', `oci:${output}`, '--command', 'python'], {
        env: buildEnv(engine),
      })
      const { files, recordProblems } = await readLayout(output, 1)
      const libraries = [...files.keys()].filter((path) => path.endsWith('.so'))
      expect(libraries).toContainEqual(expect.stringMatching(/_speedups\.cpython-313-x86_64-linux-musl\.so$/))
      expect(libraries.filter((path) => path.includes('linux-gnu'))).toEqual([])
      const wheels = [...files].filter(([path]) => path.endsWith('.dist-info/WHEEL'))
      expect(wheels).toHaveLength(4)
      for (const [, { text }] of wheels) expect(text).toMatch(/^Tag: .*-musllinux_/m)
      expect(recordProblems).toEqual([])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

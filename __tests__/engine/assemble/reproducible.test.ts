import { cp, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site, writeProject } from '../../fixtures/built.ts'
import { startCli } from '../../fixtures/start-cli.ts'
import { createDistribution, createSource, sourceFiles } from '../../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0', { scripts: { alpha: 'alpha:main' } })
const heavy = createDistribution('heavy', '1.0', {
  files: { 'heavy/data.bin': Buffer.alloc(4_200_000, 'data ') },
})
const [left, right] = ['left', 'right'].map((name) =>
  createDistribution(name, '1.0', { files: { 'both.py': `${name}\n`, [`${name}.py`]: '' } }),
)
const pure = createSource('pure', '1.0')
const packages = [alpha, heavy, pure, ...(left && right ? [left, right] : [])]

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
let project: string
beforeAll(async () => {
  site = await createSite(packages)
  project = await site.project(packages, {
    ...sourceFiles('web', '1.0'),
    'README.md': 'about\n',
    'data/ünï.txt': 'text',
    'run.sh': '#!/bin/sh\n',
    '.dockerignore': 'build\n*.egg-info\n',
  })
})
afterAll(() => site.close())

/** Builds through the command line, as another process may be started, and gives the digest that it wrote. */
async function digestUnder(env: Readonly<Record<string, string>>, under: readonly string[]): Promise<string> {
  const output = join(await site.newFolder('output'), 'image')
  const args = [
    'build',
    project,
    '--base',
    site.base,
    '--output',
    `oci:${output}`,
    '--command',
    'true',
    '--quiet',
  ]
  const { ended } = startCli(args, {
    env: { ...(await site.env(await site.newFolder('store'))), ...env },
    under,
  })
  const { status, stderr } = await ended
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^warning: [^\n]*both bring[^\n]*\n$/)])
  const index = JSON.parse(await readFile(join(output, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[]
  }
  return index.manifests[0]?.digest ?? ''
}

describe('the same inputs give the same digest', () => {
  let first: string
  let store: string
  beforeAll(async () => {
    store = await site.newFolder('store')
    first = (await site.build(project, {}, { store })).digest
  }, 60_000)

  it('from a warm store', async () => {
    expect((await site.build(project, {}, { store })).digest).toBe(first)
  })

  it('in another folder, written in another order and at another time, with nothing kept from before', async () => {
    const copy = join(await site.newFolder('elsewhere'), 'quite', 'another name')
    for (const name of (await readdir(project)).reverse()) {
      await cp(join(project, name), join(copy, name), { recursive: true })
    }
    for (const path of await readdir(copy, { recursive: true })) await utimes(join(copy, path), 1e9, 1e9)
    const env = { UV_CACHE_DIR: await site.newFolder('uv-cache') }
    expect((await site.build(copy, {}, { env })).digest).toBe(first)
  })

  it('under another umask, time zone, language, user and epoch', async () => {
    const env = {
      TZ: 'Asia/Kathmandu',
      LANG: 'tr_TR.UTF-8',
      LC_ALL: 'C',
      HOSTNAME: 'another',
      USER: 'someone',
      SOURCE_DATE_EPOCH: '1700000000',
      PYTHONHASHSEED: '7',
      UV_LINK_MODE: 'copy',
    }
    expect(await digestUnder(env, ['sh', '-c', 'umask 077; exec "$@"', 'sh'])).toBe(first)
  }, 60_000)

  it('whatever the settings of the installer are on this machine', async () => {
    const other = join(await site.newFolder('settings'), 'requirements.txt')
    await writeFile(other, 'alpha==9.9\n')
    const env = {
      UV_LINK_MODE: 'symlink',
      UV_COMPILE_BYTECODE: '1',
      UV_PYTHON: '3.9',
      UV_SYSTEM_PYTHON: '1',
      UV_REQUIRE_HASHES: '1',
      UV_CONSTRAINT: other,
      UV_OVERRIDE: other,
      UV_NO_BINARY: '1',
      UV_EXCLUDE_NEWER: '2001-01-01',
    }
    expect((await site.build(project, {}, { env })).digest).toBe(first)
  })

  it('with zstd as well', async () => {
    const cold = await site.build(project, { compression: 'zstd' })
    const beside = await site.build(project, { compression: 'zstd' }, { store })
    expect(beside.digest).toBe(cold.digest)
    expect(cold.digest).not.toBe(first)
  })

  it('and other inputs another', async () => {
    const other = await site.newFolder('edited')
    await cp(project, other, { recursive: true })
    await writeProject(other, { 'data/ünï.txt': 'Text' })
    expect((await site.build(other, {}, { store })).digest).not.toBe(first)
  })
})

describe('equal distributions', () => {
  it('are equal layers in other projects', async () => {
    const one = await site.build(await site.project([heavy, alpha]))
    const two = await site.build(await site.project([heavy], { 'other.py': '' }))
    expect(one.manifest.layers[1]?.digest).toBe(two.manifest.layers[1]?.digest)
  })
})

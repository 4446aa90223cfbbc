import { cp, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSite, type Site, startCli, writeProject } from '../../fixtures/built.ts'
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

/** Builds through the command line, with everything around it changed, and gives the digest that it wrote. */
async function digestOf(
  around: {
    readonly project?: string
    readonly store?: string
    readonly env?: Readonly<Record<string, string>>
    readonly under?: readonly string[]
    readonly args?: readonly string[]
  } = {},
): Promise<string> {
  const output = join(await site.newFolder('output'), 'image')
  const store = around.store ?? (await site.newFolder('store'))
  const { ended } = startCli(
    [
      'build',
      around.project ?? project,
      '--base',
      site.base,
      '--output',
      `oci:${output}`,
      '--quiet',
      ...(around.args ?? []),
    ],
    { env: { ...(await site.env(store)), ...around.env }, ...(around.under ? { under: around.under } : {}) },
  )
  const { status, stderr } = await ended
  expect([status, stderr.replace(/^warning: .*both bring .*\n/m, '')]).toEqual([0, ''])
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
    first = await digestOf({ store })
  }, 60_000)

  it('from a warm store', async () => {
    expect(await digestOf({ store })).toBe(first)
  })

  it('in another folder, with other times of its files, from a cold store and a cold cache of the installer', async () => {
    const copy = join(await site.newFolder('elsewhere'), 'quite', 'another name')
    await cp(project, copy, { recursive: true })
    for (const path of await readdir(copy, { recursive: true })) await utimes(join(copy, path), 1e9, 1e9)
    expect(await digestOf({ project: copy, env: { UV_CACHE_DIR: await site.newFolder('uv-cache') } })).toBe(
      first,
    )
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
    expect(await digestOf({ env, under: ['sh', '-c', 'umask 077; exec "$@"', 'sh'] })).toBe(first)
  })

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
    expect(await digestOf({ env })).toBe(first)
  })

  it('when its files were written in another order', async () => {
    const other = await site.newFolder('order')
    const names = (await readdir(project)).reverse()
    for (const name of names) await cp(join(project, name), join(other, name), { recursive: true })
    expect(await digestOf({ project: other })).toBe(first)
  })

  it('with zstd as well', async () => {
    const args = ['--compression', 'zstd']
    const zstd = await digestOf({ args })
    expect(zstd).not.toBe(first)
    expect(await digestOf({ args, store })).toBe(zstd)
  })

  it('and other inputs another', async () => {
    const other = await site.newFolder('edited')
    await cp(project, other, { recursive: true })
    await writeProject(other, { 'data/ünï.txt': 'Text' })
    expect(await digestOf({ project: other })).not.toBe(first)
  })
})

describe('equal distributions', () => {
  it('are equal layers in other projects', async () => {
    const one = await site.build(await site.project([heavy, alpha]))
    const two = await site.build(await site.project([heavy], { 'other.py': '' }))
    expect(one.manifest.layers[1]?.digest).toBe(two.manifest.layers[1]?.digest)
  })
})

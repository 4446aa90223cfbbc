import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { watch } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSite, readLayout, type Site } from '../fixtures/built.ts'
import { startCli } from '../fixtures/start-cli.ts'
import { createDistribution, createSource } from '../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0')
const heavy = createDistribution('heavy', '1.0', { files: { 'heavy/noise.bin': randomBytes(9_000_000) } })
/** Its build never ends. */
const endless = createSource('endless', '1.0', {
  files: { 'backend.py': 'import time\nprint("building", flush=True)\ntime.sleep(600)\n' },
})

let site: Site
let expected: string
let project: string
beforeAll(async () => {
  site = await createSite([alpha, heavy, endless])
  project = await site.project([alpha, heavy], { 'noise.bin': randomBytes(6_000_000) })
  expected = (await site.build(project)).digest
}, 60_000)
afterAll(() => site.close())

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return found.filter((one) => one.isFile()).map(({ name }) => name)
}

/** Resolves when something of this name appears in a folder. */
function appears(folder: string, name: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_, found) => {
      if (!name.test(found ?? '')) return
      watcher.close()
      resolve()
    })
  })
}

async function digestOf(archive: string): Promise<string> {
  const folder = await site.newFolder('unpacked')
  execFileSync('tar', ['-xf', archive, '-C', folder])
  return (await readLayout(folder, 1)).digest
}

interface Moment {
  readonly signal?: NodeJS.Signals
  readonly status?: number
  /** Resolves when it is time. */
  readonly until: (folders: { store: string; output: string }) => Promise<unknown>
}

const moments: Readonly<Record<string, Moment>> = {
  'while a wheel is fetched': { until: () => site.index.stall() },
  'while parts are compressed': {
    until: ({ store }) => appears(join(store, 'pydeps-image', 'tmp'), /^blob-/),
  },
  'while the image is written': { until: ({ output }) => appears(output, /\.partial$/) },
  'by the machine': {
    signal: 'SIGTERM',
    status: 143,
    until: ({ store }) => appears(join(store, 'pydeps-image', 'tmp'), /^blob-/),
  },
}

describe('a build that is interrupted', () => {
  for (const [name, { signal = 'SIGINT', status = 130, until }] of Object.entries(moments)) {
    it(`${name} leaves nothing behind, and the next one is as if nothing had been`, async () => {
      const store = await site.newFolder('store')
      const output = await site.newFolder('output')
      await mkdir(join(store, 'pydeps-image', 'tmp'), { recursive: true })
      const env = { ...(await site.env(store)), UV_CACHE_DIR: await site.newFolder('uv-cache') }
      const args = ['build', project, '--base', site.base, '--output', `oci-archive:${output}/image.tar`]
      const reached = until({ store, output })
      const { child, ended } = startCli(args, { env })
      const first = await Promise.race([reached.then(() => 'reached'), ended])
      expect(first).toBe('reached')
      child.kill(signal)
      const told = await ended
      site.index.release()
      expect([told.status, told.stderr]).toEqual([
        status,
        expect.stringContaining(`interrupted by ${signal}`),
      ])
      expect(told.stdout).toBe('')
      expect(told.stderr).not.toContain('fault of pydeps-image')
      const left = await readdir(output)
      expect(left.filter((path) => path !== 'image.tar')).toEqual([])
      // The last moment may have been enough; then all of it is there.
      if (left.length > 0) expect(await digestOf(join(output, 'image.tar'))).toBe(expected)
      expect(await filesBelow(join(store, 'pydeps-image', 'tmp'))).toEqual([])

      const again = await site.build(project, {}, { store })
      expect(again.digest).toBe(expected)
    }, 60_000)
  }

  it('while a source package is built ends that build too', async () => {
    const endlessProject = await site.project([alpha, endless])
    const store = await site.newFolder('store')
    const output = await site.newFolder('output')
    const env = await site.env(store)
    const { child, ended } = startCli(
      ['build', endlessProject, '--base', site.base, '--output', `oci:${output}/image`],
      {
        env: { ...env, MARK: output },
      },
    )
    const builders = async (): Promise<string[]> => {
      const found: string[] = []
      for (const pid of (await readdir('/proc')).filter(
        (one) => /^\d+$/.test(one) && one !== String(child.pid),
      )) {
        const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
        if (environ.includes(`MARK=${output}`)) found.push(pid)
      }
      return found
    }
    const deadline = Date.now() + 20_000
    while ((await builders()).length < 2 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await builders()).length).toBeGreaterThanOrEqual(2)
    child.kill('SIGINT')
    expect((await ended).status).toBe(130)
    expect(await builders()).toEqual([])
    expect(await readdir(output)).toEqual([])
  }, 60_000)

  it('by a kill leaves an output that was there, and a store that the next build can use', async () => {
    const store = await site.newFolder('store')
    const output = join(await site.newFolder('output'), 'image')
    await site.build(project, {}, { store, output })
    const env = await site.env(await site.newFolder('store'))
    const started = appears(join(output, '..'), /\.partial$/)
    const { child, ended } = startCli(
      ['build', project, '--base', site.base, '--compression', 'zstd', '--output', `oci:${output}`],
      { env },
    )
    await Promise.race([started, ended])
    child.kill('SIGKILL')
    await ended
    const left = await readLayout(output, 1)
    const config = JSON.stringify(left.config.rootfs.diff_ids)
    expect(config).toBe(JSON.stringify((await site.build(project, {}, { store })).config.rootfs.diff_ids))
  }, 60_000)
})

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { Measurement } from '../../src/image/measurement.ts'
import { build, buildEnv, example, runCli } from '../fixtures/cli.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'
import { type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts'
import { readMeasurement } from '../fixtures/invariants.ts'

jest.setTimeout(600_000)

const execute = promisify(execFile)
const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)

describeWithEngine('the example, pushed', (engine) => {
  const repository = `test/push-${randomBytes(4).toString('hex')}`
  const remote = `${engine.registry}/${repository}`
  const env = buildEnv(engine)
  let folder = ''
  let proxy: RegistryProxy
  let elsewhere: Measurement
  let first: Measurement

  /** Pushes a project with its base in the same registry, all through the proxy. */
  const push = async (project: string, tag: string, ...more: string[]): Promise<Measurement> => {
    const json = join(folder, `${tag}.json`)
    const base = `docker://${proxy.host}/library/python:3.13-slim`
    const output = `docker://${proxy.host}/${repository}:${tag}`
    await build([project, '--base', base, '--output', output, '--json', json, ...more], { env })
    return await readMeasurement(json)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'push-'))
    proxy = await startRegistryProxy(engine.registry)
    // From another place: afterwards what is in the base is known, by the digests of its layers.
    const json = join(folder, 'layout.json')
    await build(
      [example, '--base', engine.base, '--output', `oci:${join(folder, 'layout')}`, '--json', json],
      { env },
    )
    elsewhere = await readMeasurement(json)
    first = await push(example, '1')
  })

  afterAll(async () => {
    for (const tag of ['1', '2']) {
      // What a failed test has not pushed cannot be deleted.
      const { stdout } = await execute(engine.crane, ['digest', `${remote}:${tag}`]).catch(() => ({
        stdout: '',
      }))
      if (stdout !== '') await execute(engine.crane, ['delete', `${remote}@${stdout.trim()}`])
    }
    for (const store of ['containerd', 'classic'] as const) {
      await docker(engine, store, ['rmi', '--force', `${remote}:1`]).catch(() => undefined)
    }
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('mounts the layers of the base, which were neither uploaded nor downloaded', () => {
    const passed = proxy.take()
    // The manifests differ: one names the base, whose path is nobody's business in the other.
    expect(first.layers).toEqual(elsewhere.layers)
    const base = first.layers.filter(({ part }) => part === 'base')
    expect(base).toHaveLength(2)
    for (const { digest } of base) {
      const about = passed.filter(({ url }) => decodeURIComponent(url).includes(digest))
      expect(about.filter(({ method }) => method === 'GET')).toEqual([])
      expect(about.filter(({ method }) => method === 'POST')).toEqual([
        expect.objectContaining({ status: 201, sent: 0 }),
      ])
    }
    const own = first.layers.filter(({ part }) => part !== 'base')
    const uploads = passed.filter(({ url }) => url.includes('/blobs/uploads/'))
    const put = passed.filter(({ method, url }) => method === 'PUT' && !url.includes('/manifests/'))
    expect(put).toHaveLength(own.length + 1)
    const uploaded = sum(uploads.map(({ sent }) => sent))
    const layers = sum(own.map(({ download }) => download))
    expect(uploaded).toBeGreaterThan(layers)
    expect(uploaded - layers).toBeLessThan(10_000)
  })

  it('sends nothing that is there, and says the same digest', async () => {
    proxy.take()
    expect((await push(example, '1')).image.digest).toBe(first.image.digest)
    const passed = proxy.take()
    expect(passed.filter(({ url, sent }) => url.includes('/blobs/') && sent > 0)).toEqual([])
    expect(passed.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('is found right by crane, and is run from both stores', async () => {
    await execute(engine.crane, ['validate', '--remote', `${remote}:1`])
    const { stdout } = await execute(engine.crane, ['digest', `${remote}:1`])
    expect(stdout.trim()).toBe(first.image.digest)
    for (const store of ['containerd', 'classic'] as const) {
      await docker(engine, store, ['pull', '--quiet', `${remote}:1`])
      const checked = await docker(engine, store, [
        ...['run', '--rm', '--network', 'none', `${remote}:1`, 'web', 'check'],
      ])
      expect(checked.stdout).not.toContain('FAILED')
      expect(checked.stdout).toMatch(/^52 distributions, 3 templates, \d+ stations$/m)
    }
  })

  it('tells what an upgrade costs a host, which is what the registry receives', async () => {
    const upgraded = join(folder, 'upgraded')
    await cp(example, upgraded, { recursive: true })
    const lock = join(upgraded, 'requirements.txt')
    const block = await readFile(join(example, '..', 'web-upgrade.txt'), 'utf8')
    const before = await readFile(lock, 'utf8')
    const after = before.replace(/^sqlalchemy==.*\n(?: +--hash.*\n)+/m, block.replace(/^#.*\n/gm, ''))
    expect(after).not.toBe(before)
    await writeFile(lock, after)

    proxy.take()
    const against = ['--against', `docker://${proxy.host}/${repository}:1`]
    const second = await push(upgraded, '2', ...against)
    const passed = proxy.take()
    // What this machine has built or looked into before needs no look.
    expect(
      passed.filter(
        ({ method, url, received }) => method === 'GET' && url.includes('/blobs/') && received > 10_000,
      ),
    ).toEqual([])
    const uploaded = passed
      .filter(({ url, sent }) => url.includes('/blobs/uploads/') && sent > 10_000)
      .map(({ sent }) => sent)
    expect(uploaded.length).toBeGreaterThanOrEqual(2)
    expect(second.sizes.updateDownload).toBe(sum(uploaded))

    const over = await runCli(
      [
        ...['build', upgraded, '--base', engine.base, '--output', `docker://${remote}:over`, ...against],
        ...['--fail-on', 'update download > 1 MB', '--warn-on', 'download > 1 MB', '--quiet'],
        ...['--markdown', join(folder, 'over.md')],
      ],
      { env },
    )
    expect(over.status).toBe(1)
    await expect(execute(engine.crane, ['digest', `${remote}:over`])).rejects.toThrow('MANIFEST_UNKNOWN')
    const report = await readFile(join(folder, 'over.md'), 'utf8')
    expect(report).toContain('update download > 1 MB')
    expect(report).toMatch(/sqlalchemy[^\n]*2\.1\.8[^\n]*2\.1\.9/)

    const within = await runCli(
      [
        ...['build', upgraded, '--base', engine.base, '--output', `oci:${join(folder, 'over')}`, ...against],
        ...['--fail-on', 'download grows by > 5%', '--fail-on', 'update download > 20 MB'],
      ],
      { env },
    )
    expect(within.status).toBe(0)
    expect(within.stdout).toMatch(/sqlalchemy[^\n]*2\.1\.8[^\n]*2\.1\.9/)
  })
})

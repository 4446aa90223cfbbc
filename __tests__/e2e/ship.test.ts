import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Measurement } from '../../src/image/measurement.ts'
import { build, buildEnv, emptyStore, example } from '../fixtures/cli.ts'
import { type Store, describeWithEngine, docker } from '../fixtures/engine.ts'
import { type Probed, probe } from '../fixtures/probe.ts'
import { readMeasurement } from '../fixtures/invariants.ts'

jest.setTimeout(600_000)

const execute = promisify(execFile)
const stores = ['containerd', 'classic'] as const satisfies readonly Store[]

describeWithEngine('the example, shipped', (engine) => {
  const id = `ship-${randomBytes(4).toString('hex')}`
  const name = `${id}:1`
  const env = buildEnv(engine)
  let folder = ''
  let measurement: Measurement
  let archive = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ship-'))
    archive = join(folder, 'image.tar')
    const json = join(folder, 'image.json')
    await build(
      [example, '--base', engine.base, '--output', `docker-archive:${archive}:${name}`, '--json', json],
      { env },
    )
    measurement = await readMeasurement(json)
    await Promise.all(stores.map((store) => docker(engine, store, ['load', '--quiet', '--input', archive])))
  })

  afterAll(async () => {
    for (const store of stores) {
      await docker(engine, store, ['rmi', '--force', name, `${id}:daemon`]).catch(() => undefined)
    }
    await rm(folder, { recursive: true, force: true })
  })

  describe.each(stores)('loaded into the %s store and run without a network', (store) => {
    let found: Probed
    beforeAll(async () => {
      const args = ['run', '--rm', '--interactive', '--network', 'none', name, 'python', '-']
      const { stdout } = await docker(engine, store, args, { input: probe })
      found = JSON.parse(stdout) as Probed
    })

    it('is an environment of its interpreter, for a user who is not root', () => {
      expect(found).toMatchObject({ uid: 1000, prefix: '/opt/venv', executable: '/opt/venv/bin/python' })
      expect(found.wroteHome).toBe(true)
      expect(found.writable).toEqual([])
    })

    it('has the distributions of the lock, and pip finds nothing missing', async () => {
      expect(found.pipCheck).toEqual({ status: 0, text: 'No broken requirements found.\n' })
      const lock = await readFile(join(example, 'requirements.txt'), 'utf8')
      const pins = [...lock.matchAll(/^([\w.-]+)==([^ ;\\]+)( ;)?/gm)]
      const { web, ...installed } = found.versions
      expect(web).toBe('1.4.0')
      expect(Object.fromEntries(pins.map(([, one = '', version]) => [one, version]))).toMatchObject(installed)
      const always = pins.flatMap(([, one = '', , marker]) => (marker === undefined ? [one] : []))
      expect(Object.keys(installed)).toEqual(expect.arrayContaining(always))
    })

    it('loads every compiled extension', () => {
      expect(found.extensions.broken).toEqual({})
      expect(found.extensions.imported).toBeGreaterThan(90)
      expect(found.extensions.opened).toBeGreaterThan(20)
      // Modules that want something that is not in the lock.
      expect(Object.values(found.extensions.refused).filter((why) => !/tkinter|psutil/.test(why))).toEqual([])
    })

    it('starts every console script', () => {
      expect(Object.keys(found.scripts)).toEqual(found.declaredScripts)
      const failed = Object.entries(found.scripts).filter(([, { status }]) => status !== 0)
      // These say themselves that they want an extra of their distribution.
      for (const [, { text }] of failed) expect(text).toMatch(/pip install|not installed/)
      expect(failed.map(([script]) => script)).toEqual(['fastapi', 'httpx'])
    })

    it('reads its own data and serves', () => {
      expect(found.data).toEqual({
        'data/stations.json': expect.any(Number) as unknown,
        'templates/base.html': expect.any(Number) as unknown,
      })
      expect(found.health).toEqual({ status: 'ok', version: '1.4.0' })
    })

    it('has the layers that were measured', async () => {
      const { stdout } = await docker(engine, store, ['image', 'inspect', name])
      const [inspected] = JSON.parse(stdout) as { RootFS: { Layers: string[] } }[]
      expect(inspected?.RootFS.Layers).toEqual(measurement.layers.map(({ diffId }) => diffId))
    })
  })

  it.each(stores)('is loaded by docker-daemon: into the %s store', async (store) => {
    const output = `docker-daemon:${id}:daemon`
    await build([example, '--base', engine.base, '--output', output], { env: buildEnv(engine, store) })
    const { stdout } = await docker(engine, store, [
      ...['image', 'inspect', '--format', '{{join .RootFS.Layers ","}}', name, `${id}:daemon`],
    ])
    const [loaded, other] = stdout.trim().split('\n')
    expect(other).toBe(loaded)
  })

  it('is the same image as docker-archive and as oci-archive, to crane and skopeo too', async () => {
    const { digest } = measurement.image
    await execute(engine.crane, ['validate', '--tarball', archive])
    const output = `oci-archive:${join(folder, 'oci.tar')}:1`
    await build([example, '--base', engine.base, '--output', output], { env })
    await execute(engine.skopeo, [
      ...['--insecure-policy', 'copy', '--quiet', '--digestfile', join(folder, 'digest')],
      ...[output, `dir:${join(folder, 'copy')}`],
    ])
    expect(await readFile(join(folder, 'digest'), 'utf8')).toBe(digest)
  })

  it('is the same from an empty store, another folder, umask and time zone', async () => {
    const elsewhere = join(folder, 'elsewhere', 'application')
    await cp(example, elsewhere, { recursive: true })
    const json = join(folder, 'again.json')
    const own = await emptyStore(engine, join(folder, 'store'))
    await build(
      [elsewhere, '--base', engine.base, '--output', `oci:${join(folder, 'again')}`, '--json', json],
      { env: { ...own, TZ: 'Asia/Kathmandu', LC_ALL: 'C' }, umask: 0o077 },
    )
    const again = await readMeasurement(json)
    expect(again.image.digest).toBe(measurement.image.digest)
    expect((await stat(join(folder, 'again'))).isDirectory()).toBe(true)
  })
})

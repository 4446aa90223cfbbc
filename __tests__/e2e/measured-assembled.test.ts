import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { build, buildEnv } from '../fixtures/cli.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'
import { type Everywhere, itAgreesEverywhere, measureEverywhere } from '../fixtures/everywhere.ts'
import { measureImage } from '../fixtures/measured.ts'
import { buildKinds } from '../fixtures/real-images.ts'
import { exported, look, type Seen } from '../fixtures/seen.ts'
import type { TinyTar } from '../fixtures/tar.ts'
import { createImage } from '../fixtures/tiny-image.ts'
import { createLayout, describeImage, named, writeFiles } from '../fixtures/tiny-sources.ts'

jest.setTimeout(900_000)

const run = promisify(execFile)

describeWithEngine('an image that nobody installed anything in', (engine) => {
  const repository = `${engine.registry}/measured-${randomBytes(4).toString('hex')}`
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'measured-'))
  })
  afterAll(async () => {
    const names = ['ours', 'platforms', 'apk', 'distroless'].map((tag) => `${repository}:${tag}`)
    await docker(engine, 'containerd', ['rmi', '--force', ...names]).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  })

  describe('but our own program', () => {
    const name = `${repository}:ours`
    let everywhere: Everywhere
    let seen: Seen
    beforeAll(async () => {
      const requirements = 'click==8.1.8\nmarkupsafe==3.0.2\nsix==1.17.0\n'
      await writeFile(join(folder, 'requirements.txt'), requirements)
      await writeFile(join(folder, 'app.py'), 'print("hello")\n')
      const args = ['--base', engine.base, '--command', 'python app.py', '--tag', name, '--push']
      await build([folder, ...args], { cwd: folder, env: buildEnv(engine) })
      everywhere = await measureEverywhere(engine, name, join(folder, 'store'))
      seen = await look(engine, 'containerd', name, '/opt/venv/bin/python')
    })

    itAgreesEverywhere(() => everywhere)

    it('has the files and distributions that its Python finds', () => {
      const { measurement } = everywhere.image
      // The base has files in three places where Docker puts empty ones.
      expect(measurement.sizes.filesystem - seen.filesystem).toBeLessThan(500)
      const packages = measurement.packages.filter(({ location }) => location in seen.places)
      const found = Object.values(seen.places).flat()
      expect(packages.map(({ name: own, version, bytes }) => ({ name: own, version, bytes }))).toEqual(
        [...found].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)),
      )
      expect(packages).toHaveLength(3)
    })
  })

  describe('for two platforms, with attestations', () => {
    const name = `${repository}:platforms`
    let everywhere: Everywhere
    beforeAll(async () => {
      await buildKinds(engine, repository, folder, ['platforms'])
      everywhere = await measureEverywhere(engine, name, join(folder, 'store'))
    })

    itAgreesEverywhere(() => everywhere)

    it('has in each of them its own files', async () => {
      const root = join(folder, 'store')
      const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }))
      for (const platform of platforms) {
        const { measurement } = await measureImage(engine, `docker://${name}`, { root, platform })
        expect(measurement.image.platform).toBe(`linux/${platform.architecture}`)
        expect(measurement.packages.map(({ name: own }) => own).sort()).toEqual([
          'click',
          'markupsafe',
          'six',
        ])
        const { filesystem } = await exported(engine, name, platform.architecture)
        expect(measurement.sizes.filesystem).toBe(filesystem)
      }
    })
  })

  describe.each<[string, TinyTar, readonly string[]]>([
    [
      'apk',
      [
        ['bin/busybox', 'b'.repeat(9000)],
        ['bin/sh', { type: 'symlink', linkname: '/bin/busybox' }],
        ['lib/libc.so', 'c'.repeat(5000)],
        [
          'lib/apk/db/installed',
          'P:busybox\nV:1.36.1-r0\nF:bin\nR:busybox\nR:sh\n\nP:musl\nV:1.2.5-r0\nF:lib\nR:libc.so\n',
        ],
      ],
      ['busybox 1.36.1-r0 9000', 'musl 1.2.5-r0 5000'],
    ],
    [
      'distroless',
      [
        ['usr/lib/os-release', 'ID=debian\n'],
        ['usr/lib/x86_64-linux-gnu/libz.so.1', 'z'.repeat(7000)],
        ['var/lib/dpkg/status.d/zlib1g', 'Package: zlib1g\nVersion: 1:1.3\nArchitecture: amd64\n'],
        ['var/lib/dpkg/status.d/zlib1g.md5sums', `${'0'.repeat(32)}  usr/lib/x86_64-linux-gnu/libz.so.1\n`],
      ],
      // With the two files that describe it.
      ['zlib1g 1:1.3 7120'],
    ],
  ])('%s, made by hand', (kind, files, packages) => {
    const name = `${repository}:${kind}`
    let everywhere: Everywhere
    beforeAll(async () => {
      const image = createImage({ layers: [files, [['app/main', 'm'.repeat(100)]]] })
      await writeFiles(join(folder, kind), createLayout([image], [describeImage(image, named('1'))]))
      const copy = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false']
      await run(engine.skopeo, [...copy, `oci:${join(folder, kind)}:1`, `docker://${name}`])
      everywhere = await measureEverywhere(engine, name, join(folder, 'store'))
    })

    itAgreesEverywhere(() => everywhere)

    it('has the files that its containers have, and its packages', async () => {
      const { measurement } = everywhere.image
      expect(measurement.sizes.filesystem).toBe((await exported(engine, name, 'amd64')).filesystem)
      const told = measurement.systemPackages.map((one) => `${one.name} ${one.version} ${one.bytes}`)
      expect(told).toEqual(packages)
    })
  })
})

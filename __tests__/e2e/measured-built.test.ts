import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { LayerListing } from '../../src/image/listing.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import { type Dived, dive, wastedByDive } from '../fixtures/dive.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'
import { type MeasuredImage, measureImage } from '../fixtures/measured.ts'
import { buildKinds, type Kind, kinds } from '../fixtures/real-images.ts'
import { look, type Seen } from '../fixtures/seen.ts'

jest.setTimeout(900_000)

const run = promisify(execFile)
const all = Object.keys(kinds) as Kind[]

describeWithEngine('an image as people build it', (engine) => {
  const repository = `${engine.registry}/measured-${randomBytes(4).toString('hex')}`
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'measured-'))
    await buildKinds(engine, repository, folder)
  })
  afterAll(async () => {
    const names = all.map((kind) => `${repository}:${kind}`)
    await docker(engine, 'containerd', ['rmi', '--force', ...names])
    await rm(folder, { recursive: true, force: true })
  })

  describe.each(all)('%s', (kind) => {
    const name = `${repository}:${kind}`
    const bySource: Record<string, MeasuredImage> = {}
    let image: MeasuredImage
    let manifest: Manifest
    let classicSize = 0
    let seen: Seen
    let dived: Dived

    beforeAll(async () => {
      const at = (file: string): string => join(folder, file)
      const classic = (...args: string[]): Promise<{ stdout: string }> => docker(engine, 'classic', args)
      const copy = (from: string, to: string): Promise<unknown> =>
        run(engine.skopeo, ['--insecure-policy', 'copy', '--quiet', '--src-tls-verify=false', from, to])
      const measure = (source: string, store?: 'classic'): Promise<MeasuredImage> =>
        measureImage(engine, source, { root: at('store'), ...(store ? { store } : {}) })
      manifest = JSON.parse((await run(engine.crane, ['manifest', name])).stdout) as Manifest
      await classic('pull', '--quiet', name)
      try {
        classicSize = Number((await classic('image', 'inspect', '--format', '{{.Size}}', name)).stdout)
        await classic('save', '--output', at('classic.tar'), name)
        await copy(`docker://${name}`, `oci:${at('layout')}:${kind}`)
        await copy(`oci:${at('layout')}:${kind}`, `oci-archive:${at('oci.tar')}:${kind}`)
        image = await measure(`docker://${name}`)
        bySource['oci'] = await measure(`oci:${at('layout')}:${kind}`)
        bySource['oci-archive'] = await measure(`oci-archive:${at('oci.tar')}`)
        bySource['docker-archive'] = await measure(`docker-archive:${at('classic.tar')}`)
        bySource['containerd store'] = await measure(`docker-daemon:${name}`)
        bySource['classic store'] = await measure(`docker-daemon:${name}`, 'classic')
        seen = await look(engine, 'containerd', name, kinds[kind])
        dived = await dive(at('classic.tar'))
      } finally {
        await classic('rmi', '--force', name)
        await rm(at('classic.tar'), { force: true })
        await rm(at('oci.tar'), { force: true })
      }
    })

    it('is downloaded in what the registry has', () => {
      const sizes = manifest.layers.map(({ size }) => size)
      expect(image.measurement.layers.map(({ download }) => download)).toEqual(sizes)
      expect(image.measurement.sizes.download).toBe(sum(sizes))
    })

    it('takes on disk what the classic store says', () => {
      // The store adds up what lstat says of what it has unpacked: to a symlink that gives the bytes of its target.
      expect(image.measurement.sizes.disk + symlinkBytes(image.listings)).toBe(classicSize)
    })

    it('shows its containers the files that they find', () => {
      // Docker puts empty files of its own over three that this base has.
      const covered = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf'].map((path) => bytesAt(image, path))
      expect(image.measurement.sizes.filesystem - sum(covered)).toBe(seen.filesystem)
    })

    it('has the distributions that its Python finds, where it finds them, in as many bytes', () => {
      for (const [place, found] of Object.entries(seen.places)) {
        const packages = image.measurement.packages.filter(({ location }) => location === place)
        const told = packages.map(({ name: own, version, bytes, estimated }) => {
          // Debian's packages have no RECORD.
          return { name: own, version, bytes: estimated ? null : bytes }
        })
        expect({ place, told: told.sort(byName) }).toEqual({ place, told: [...found].sort(byName) })
      }
      const elsewhere = image.measurement.packages.filter(({ location }) => !(location in seen.places))
      expect(new Set(elsewhere.map(({ location }) => location))).toEqual(
        new Set('/usr/lib/python3/dist-packages' in seen.places ? [] : ['/usr/lib/python3/dist-packages']),
      )
    })

    it('has what pip lists', () => {
      const first = new Map<string, string>()
      for (const place of Object.keys(seen.places))
        for (const { name: own, version, location } of image.measurement.packages)
          if (location === place && !first.has(own)) first.set(own, version)
      const listed = seen.pip?.map(({ name: own, version }) => [own.toLowerCase(), version] as const)
      expect(listed && new Map(listed)).toEqual(hasPip(kind) ? first : undefined)
      expect(first.get('six')).toBe('1.17.0')
    })

    it('adds up', () => {
      const { parts, sizes, layers, packages } = image.measurement
      expect(sum(Object.values(parts))).toBe(sizes.filesystem)
      expect(sum(layers.map(({ disk }) => disk))).toBe(sizes.disk)
      expect(sizes.filesystem).toBeLessThanOrEqual(sizes.disk)
      expect(sum(packages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(sizes.filesystem)
    })

    it('has the layers that dive finds, and the waste by another rule', () => {
      expect(image.measurement.layers.map(({ disk }) => disk)).toEqual(dived.layers)
      // Ours is what no container sees, once: the disk without the filesystem. dive takes all copies of a file that is
      // there more than once, with the one that is seen, and misses a folder that is deleted.
      expect(wastedByDive(image.listings)).toBe(dived.wasted)
      const hidden = image.measurement.sizes.disk - image.measurement.sizes.filesystem
      if (kind === 'chowned') expect(dived.wasted).toBe(2 * hidden)
      if (kind === 'cleaned') expect([hidden > 300_000, dived.wasted]).toEqual([true, 0])
    })

    it('is the same by every source', () => {
      const { packages, parts, sizes, layers } = image.measurement
      const contents = layers.map(({ diffId, disk }) => ({ diffId, disk }))
      for (const [source, { measurement: other }] of Object.entries(bySource)) {
        expect({ source, packages: other.packages, parts: other.parts }).toEqual({ source, packages, parts })
        expect({ source, layers: other.layers }).toMatchObject({ source, layers: contents })
        // The classic store keeps no compressed layers: what is counted there are the tars.
        const isTars = source === 'docker-archive' || source === 'classic store'
        const download = isTars ? expect.any(Number) : sizes.download
        expect({ source, sizes: other.sizes }).toEqual({ source, sizes: { ...sizes, download } })
        expect(other.basis.compression).toBe(isTars ? 'none' : 'gzip')
      }
    })
  })
})

/** uv and pdm make environments without it, and Poetry's has it. */
function hasPip(kind: Kind): boolean {
  return kind !== 'uv-sync' && kind !== 'pdm'
}

function symlinkBytes(listings: readonly LayerListing[]): number {
  const links = listings.flatMap(({ entries }) => entries.filter(({ type }) => type === 'symlink'))
  return sum(links.map(({ linkname = '' }) => Buffer.byteLength(linkname)))
}

function bytesAt({ listings }: MeasuredImage, wanted: string): number {
  return listings.flatMap(({ entries }) => entries).find(({ path }) => path === wanted)?.size ?? 0
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

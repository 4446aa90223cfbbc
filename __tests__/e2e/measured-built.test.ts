import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { inTurns } from '../../src/host/images/in-turns.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'
import { type Everywhere, itAgreesEverywhere, measureEverywhere } from '../fixtures/everywhere.ts'
import { type MeasuredImage, measureImage } from '../fixtures/measured.ts'
import { buildKinds, type Kind, kinds } from '../fixtures/real-images.ts'
import { look, type Seen } from '../fixtures/seen.ts'

jest.setTimeout(900_000)

const all = Object.keys(kinds) as Kind[]

describeWithEngine('an image as people build it', (engine) => {
  const repository = `${engine.registry}/measured-${randomBytes(4).toString('hex')}`
  const measured = new Map<Kind, Everywhere>()
  const looked = new Map<Kind, Seen>()
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'measured-'))
    await buildKinds(engine, repository, folder, all)
    // Copying waits for disks and daemons most of the time.
    await inTurns(all, 3, async (kind) => {
      const name = `${repository}:${kind}`
      measured.set(kind, await measureEverywhere(engine, name, join(folder, 'store')))
      looked.set(kind, await look(engine, 'containerd', name, kinds[kind]))
    })
  })
  afterAll(async () => {
    const names = all.map((kind) => `${repository}:${kind}`)
    await docker(engine, 'containerd', ['rmi', '--force', ...names])
    await rm(folder, { recursive: true, force: true })
  })

  describe.each(all)('%s', (kind) => {
    const name = `${repository}:${kind}`
    let everywhere: Everywhere
    let image: MeasuredImage
    let seen: Seen

    beforeAll(() => {
      everywhere = known(measured, kind)
      image = everywhere.image
      seen = known(looked, kind)
    })

    itAgreesEverywhere(() => everywhere)

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

    it('has the waste that is known of it, above its base', async () => {
      const { measurement } = await measureImage(engine, `docker://${name}`, {
        root: join(folder, 'store'),
        base: engine.base,
      })
      const told = measurement.waste.map(({ path, part, why }) => `${path} ${part ?? ''}: ${why}`)
      expect(told.sort()).toEqual((waste[kind] ?? []).map((row) => expect.stringMatching(row)))
      const { disk, filesystem } = measurement.sizes
      const hidden = disk - filesystem
      // Both copies; and none of what was deleted with its folder.
      if (kind === 'chowned') expect(everywhere.dived.wasted).toBe(2 * hidden)
      if (kind === 'cleaned') expect([hidden > 300_000, everywhere.dived.wasted]).toEqual([true, 0])
      if (kind === 'venv') expect([hidden, everywhere.dived.wasted]).toEqual([0, 0])
    })
  })
})

const ownPip = (site: string): RegExp =>
  new RegExp(`^${site}/pip environment: pip [\\d.]+, which nothing here requires$`)
const venvs = {
  opt: '/opt/venv/lib/python3.13/site-packages',
  app: '/app/.venv/lib/python3.13/site-packages',
}

/** What is told of each kind, by its text: sizes of lists change from day to day. */
const waste: Partial<Record<Kind, readonly RegExp[]>> = {
  venv: [ownPip(venvs.opt)],
  'multi-stage': [ownPip(venvs.opt)],
  poetry: [ownPip(venvs.app)],
  pipenv: [ownPip(venvs.app)],
  pip: [/^\/root\/.cache\/pip waste: cache of pip$/],
  chowned: [
    ownPip(venvs.opt),
    /^\/opt\/venv\/.* hidden: \d+ files of layer \d+ .* again in layer \d+ \(`RUN chown -R .*, with the same names and sizes$/,
  ],
  cleaned: [
    /^\/root\/.cache\/uv hidden: cache of uv of layer \d+ .*, deleted in layer \d+ \(`RUN rm -rf \/root\/.cache`\)$/,
    /^\/root\/.cache\/wheels hidden: 3 files of layer \d+ \(`RUN pip download .*, deleted in layer \d+ /,
  ],
  apt: [
    /^\/usr system: build tools: make \([\d.]+ kB\)$/,
    /^\/var\/cache\/apt waste: cache of apt$/,
    /^\/var\/lib\/apt\/lists waste: apt's package lists$/,
  ],
}

function known<T>(all: ReadonlyMap<Kind, T>, kind: Kind): T {
  const found = all.get(kind)
  if (found === undefined) throw new Error(`${kind} was not measured`)
  return found
}

/** uv and pdm make environments without it, and Poetry's has it. */
function hasPip(kind: Kind): boolean {
  return kind !== 'uv-sync' && kind !== 'pdm'
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

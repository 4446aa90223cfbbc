import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site, type SiteBuild } from '../fixtures/built.ts'
import { startCli } from '../fixtures/start-cli.ts'
import { createDistribution, sourceFiles } from '../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0', { scripts: { alpha: 'alpha:main' } })
const heavy = createDistribution('heavy', '1.0', {
  files: { 'heavy/data.bin': Buffer.alloc(4_200_000, 'data ') },
})
const [left, right] = ['left', 'right'].map((name) =>
  createDistribution(name, '1.0', { files: { 'both.py': `${name}\n`, [`${name}.py`]: '' } }),
)
const packages = [alpha, heavy, ...(left && right ? [left, right] : [])]

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
let project: string
beforeAll(async () => {
  site = await createSite(packages)
  project = await site.project(packages, sourceFiles('web', '1.0'))
})
afterAll(() => site.close())

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Another content under the same name: what was linked to the old file keeps it. */
async function replace(path: string, content: Buffer): Promise<void> {
  await rm(path)
  await writeFile(path, content)
}

describe('a store whose content was damaged', () => {
  let first: SiteBuild
  let store: string
  let blobs: string[]
  beforeAll(async () => {
    store = await site.newFolder('store')
    first = await site.build(project, {}, { store })
    blobs = await filesBelow(join(store, 'pydeps-image', 'blobs'))
  })

  /** One bit, all of it, the end. */
  const damages: readonly ((whole: Buffer) => Buffer)[] = [
    (whole) => {
      const middle = whole.length >> 1
      return Buffer.concat([
        whole.subarray(0, middle),
        Buffer.from([(whole[middle] ?? 0) ^ 1]),
        whole.subarray(middle + 1),
      ])
    },
    (whole) => Buffer.alloc(whole.length),
    (whole) => whole.subarray(0, -1),
  ]

  it('heals by itself and gives the same image, whichever blob it is', async () => {
    for (const [i, blob] of blobs.entries()) {
      const damage = damages[i % damages.length]
      await replace(blob, damage?.(await readFile(blob)) ?? Buffer.alloc(0))
      const healed = await site.build(project, {}, { store })
      expect(healed.digest).toBe(first.digest)
      expect(await filesBelow(join(store, 'pydeps-image', 'tmp'))).toEqual([])
    }
  }, 120_000)

  it('heals when all blobs are damaged at once', async () => {
    for (const blob of await filesBelow(join(store, 'pydeps-image', 'blobs'))) {
      await replace(blob, Buffer.alloc((await stat(blob)).size))
    }
    expect((await site.build(project, {}, { store })).digest).toBe(first.digest)
  })

  it('heals when all blobs are gone and the records are there, and the other way round', async () => {
    await rm(join(store, 'pydeps-image', 'blobs'), { recursive: true })
    expect((await site.build(project, {}, { store })).digest).toBe(first.digest)
    await rm(join(store, 'pydeps-image', 'records'), { recursive: true })
    expect((await site.build(project, {}, { store })).digest).toBe(first.digest)
  })

  it('heals when all records are damaged', async () => {
    for (const record of await filesBelow(join(store, 'pydeps-image', 'records')))
      await replace(record, Buffer.from('{}'))
    expect((await site.build(project, {}, { store })).digest).toBe(first.digest)
  })
})

describe('a base in a registry, whose blobs are kept', () => {
  it('is fetched again when what was kept is damaged', async () => {
    const { startRegistry } = await import('../fixtures/registry.ts')
    const registry = await startRegistry()
    try {
      const layout = site.base.slice('oci:'.length)
      const blob = (digest: string): Promise<Buffer> =>
        readFile(join(layout, 'blobs', digest.replace(':', '/')))
      const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
        manifests: { digest: string }[]
      }
      const manifest = JSON.parse((await blob(index.manifests[0]?.digest ?? '')).toString()) as {
        mediaType: string
        config: { digest: string }
        layers: { digest: string }[]
      }
      for (const { digest } of [manifest.config, ...manifest.layers])
        registry.addBlob('base', await blob(digest))
      registry.addManifest('base', '1', manifest, manifest.mediaType)
      const store = await site.newFolder('store')
      const base = { transport: 'docker', registry: registry.host, repository: 'base', tag: '1' } as const
      const first = await site.build(project, { base }, { store })
      const [layer = ''] = manifest.layers.map(({ digest }) => digest.slice('sha256:'.length))
      const kept = join(store, 'pydeps-image', 'blobs', 'sha256', layer.slice(0, 2), layer)
      await replace(kept, Buffer.alloc((await stat(kept)).size))
      const second = await site.build(project, { base }, { store })
      expect(second.digest).toBe(first.digest)
      expect(registry.count('GET', new RegExp(`blobs/sha256:${layer}`))).toBe(2)
    } finally {
      await registry.close()
    }
  })
})

describe('two builds at once', () => {
  it('in one cold store give the same image, and leave nothing half done', async () => {
    const store = await site.newFolder('store')
    const env = await site.env(store)
    const outputs = await Promise.all([site.newFolder('output'), site.newFolder('output')])
    const ended = await Promise.all(
      outputs.map(
        (output) =>
          startCli(['build', project, '--base', site.base, '--output', `oci:${output}/image`, '--quiet'], {
            env,
          }).ended,
      ),
    )
    expect(ended.map(({ status, stdout }) => [status, stdout])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const indexes = await Promise.all(
      outputs.map((output) => readFile(join(output, 'image', 'index.json'), 'utf8')),
    )
    expect(indexes[0]).toBe(indexes[1])
    expect(await readdir(join(store, 'pydeps-image', 'tmp'))).toEqual([])
  })
})

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stderr.write('SKIPPED, a full disk: only root may mount a small one\n')

const describeAsRoot = isRoot ? describe : describe.skip
describeAsRoot('a full disk', () => {
  const mounted: string[] = []
  afterAll(() => {
    for (const folder of mounted) execFileSync('umount', ['--lazy', folder])
  })
  /** A folder on a disk of its own with this much room. */
  async function small(room: string): Promise<string> {
    const folder = await site.newFolder('small')
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${room}`, 'tmpfs', folder])
    mounted.push(folder)
    return folder
  }
  const noise = randomBytes(3_000_000)

  it('under the store is told with what to do, whenever it fills', async () => {
    const large = await site.project(packages, { 'noise.bin': noise })
    for (const room of ['16k', '200k', '2m']) {
      const store = await small(room)
      const error: unknown = await site.build(large, {}, { store }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ name: 'Failure', kind: 'build' })
      const { message, hint } = error as { message: string; hint: string }
      expect(message).toMatch(/disk is full|[Nn]o space left/)
      expect(hint).toContain('XDG_CACHE_HOME')
      expect(await filesBelow(join(store, 'pydeps-image', 'tmp')).catch(() => [])).toEqual([])
    }
  }, 60_000)

  it('under the output is told too, and leaves no half image', async () => {
    const large = await site.project([alpha], { 'noise.bin': noise })
    const store = await site.newFolder('store')
    const output = await small('1m')
    for (const to of [`oci:${output}/image`, `oci-archive:${output}/image.tar`]) {
      const { ended } = startCli(['build', large, '--base', site.base, '--output', to, '--quiet'], {
        env: await site.env(store),
      })
      const { status, stderr } = await ended
      expect([status, stderr]).toEqual([3, expect.stringMatching(/disk is full[^]*what to do: /)])
      expect(await readdir(output)).toEqual([])
    }
  })
})

describe('a store that may not be written', () => {
  it('is told with what to do', async () => {
    const store = await site.newFolder('store')
    await mkdir(join(store, 'pydeps-image'))
    await chmod(store, 0o755)
    await chmod(join(store, 'pydeps-image'), 0o555)
    const under = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    await chmod(site.folder, 0o755)
    const { ended } = startCli(
      ['build', project, '--base', site.base, '--output', 'oci:/nonexistent/x', '--quiet'],
      {
        env: await site.env(store),
        under,
      },
    )
    const { status, stderr } = await ended
    expect([status, stderr]).toEqual([3, expect.stringMatching(/may not be written[^]*XDG_CACHE_HOME/)])
  })
})

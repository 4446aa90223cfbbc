import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { parseImageReference } from '../../../src/image/reference.ts'
import { createSite, type ReadEntry, type Site, type SiteBuild } from '../../fixtures/built.ts'
import { createDistribution } from '../../fixtures/distribution.ts'
import { digest } from '../../fixtures/tiny-image.ts'

const heavy = Array.from({ length: 26 }, (_, i) =>
  // Of different sizes from 4.1 MB on, so that the two smallest are known.
  createDistribution(`heavy${String(i).padStart(2, '0')}`, '1.0', {
    files: { [`heavy${i}/data.bin`]: Buffer.alloc(4_100_000 + i * 1000, `${i} `) },
  }),
)
const light = createDistribution('light', '1.0', { scripts: { light: 'light:main' } })
const nested = createDistribution('nested', '2.0', {
  files: { 'nested/a/b/c.py': '', 'nested/__init__.py': '' },
})
/** Larger than a compressed segment and not to be compressed, so that its layer has several members. */
const noise = createDistribution('noise', '1.0', { files: { 'noise/noise.bin': randomBytes(9_500_000) } })

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
beforeAll(async () => {
  site = await createSite([...heavy, light, nested, noise])
})
afterAll(() => site.close())

function pathsOf(entries: readonly ReadEntry[]): string[] {
  return entries.map(({ path }) => path)
}

describe('layers of an assembled image', () => {
  let built: SiteBuild
  beforeAll(async () => {
    const umask = process.umask(0o077)
    try {
      const project = await site.project([light, nested], {
        'main.py': '',
        'bin/start.sh': '#!/bin/sh\n',
        'deep/er/file.txt': 'x',
      })
      execFileSync('chmod', ['0700', join(project, 'bin/start.sh')])
      built = await site.build(project)
    } finally {
      process.umask(umask)
    }
  })

  it('are owned by root, at one fixed time, with modes that no umask changes', () => {
    const entries = built.layers.flat().filter(({ path }) => path !== 'home/app')
    expect(new Set(entries.map(({ uid, gid, owner }) => `${uid} ${gid} ${owner}`))).toEqual(
      new Set(['0 0 :']),
    )
    expect(new Set(entries.map(({ mtime }) => mtime))).toEqual(new Set([315_532_800]))
    const modes = (type: string): Set<number> =>
      new Set(entries.filter((one) => one.type === type).map(({ mode }) => mode))
    expect(modes('directory')).toEqual(new Set([0o755]))
    expect(modes('symlink')).toEqual(new Set([0o777]))
    const executable = entries.filter((one) => one.type === 'file' && one.mode === 0o755)
    expect(pathsOf(executable)).toEqual(['opt/venv/bin/light', 'app/bin/start.sh'])
    expect(
      entries.filter((one) => one.type === 'file').every(({ mode }) => [0o644, 0o755].includes(mode)),
    ).toBe(true)
  })

  it('begin with each directory once, parents first, and name no path twice', () => {
    for (const layer of built.layers) {
      const paths = pathsOf(layer)
      expect(paths).toEqual([...new Set(paths)])
      const kinds = layer.map(({ type }) => type === 'directory')
      const last = kinds.lastIndexOf(true)
      const app = layer.slice(0, last + 1)
      expect(app.every(({ type }) => type === 'directory')).toBe(true)
      const seen = new Set<string>()
      for (const path of pathsOf(app)) {
        const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
        const above = pathsOf(app).includes(parent)
        expect(above ? seen.has(parent) : true).toBe(true)
        seen.add(path)
      }
    }
    const [environment = [], app = []] = built.layers
    expect(pathsOf(environment)).toContain('opt/venv/lib/python3.13/site-packages/nested/a/b')
    expect(pathsOf(app)).toEqual(expect.arrayContaining(['app/deep', 'app/deep/er', 'app/deep/er/file.txt']))
  })

  it('sort what follows the directories', () => {
    const app =
      built.layers.at(-1)?.filter(({ path, type }) => type === 'file' && path.startsWith('app/')) ?? []
    expect(pathsOf(app)).toEqual(pathsOf(app).sort())
  })

  it('say in config, history and manifest what they are', async () => {
    const { manifest, config, result } = built
    expect(config.rootfs.diff_ids).toHaveLength(manifest.layers.length)
    expect(config.history).toHaveLength(manifest.layers.length)
    for (const [i, layer] of manifest.layers.entries()) {
      const [path = ''] = result.images
      const blob = await readFile(join(path.slice('oci:'.length), 'blobs', layer.digest.replace(':', '/')))
      expect(digest(blob)).toBe(layer.digest)
      expect(blob).toHaveLength(layer.size)
      expect(digest(gunzipSync(blob))).toBe(config.rootfs.diff_ids[i])
    }
    const listed = result.reports[0]?.measurement.layers.map(({ diffId }) => diffId)
    expect(listed).toEqual(config.rootfs.diff_ids)
  })
})

describe('what a base says of its containers', () => {
  it('stays as it is, but for what the image decides: how one is found healthy, by which shell, how it is stopped', async () => {
    const kept = {
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5e9, Retries: 3 },
      Shell: ['/bin/sh', '-ec'],
      StopSignal: 'SIGINT',
      ExposedPorts: { '8000/tcp': {} },
    }
    const base = parseImageReference(await site.writeBase({ config: { ...kept, OnBuild: ['RUN x'] } }))
    const { config } = await site.build(await site.project([light]), { base })
    expect(config.config).toMatchObject(kept)
    // What a base's own author wants done by a Dockerfile that names it is done by nobody here, nor further up.
    expect(config.config).not.toHaveProperty('OnBuild')
  })
})

describe('heavy distributions', () => {
  it('have a layer each, by name, the largest 24 of them; the rest and no path twice is in one above', async () => {
    const built = await site.build(await site.project([...heavy, light]))
    const owned = built.layers.map((layer) => [
      ...new Set(
        pathsOf(layer).flatMap(
          (path) => /site-packages\/([\w-]+)-\d[^/]*\.dist-info\/METADATA$/.exec(path)?.[1] ?? [],
        ),
      ),
    ])
    expect(owned).toHaveLength(24 + 2)
    const byName = heavy.map(({ name }) => name)
    expect(owned.slice(0, 24)).toEqual(byName.slice(2).map((name) => [name]))
    expect(owned[24]).toEqual(['heavy00', 'heavy01', 'light'])
    const files = built.layers.flat().filter(({ type }) => type !== 'directory')
    expect(new Set(pathsOf(files)).size).toBe(files.length)
    expect(built.recordProblems).toEqual([])
    const { packages } = built.result.reports[0]?.measurement ?? {}
    expect(packages?.find(({ name }) => name === 'heavy25')?.bytes).toBeGreaterThan(4_125_000)
  })
})

describe('compressed bytes', () => {
  it('are several gzip members that node and Python read as one', async () => {
    const built = await site.build(await site.project([noise, light]))
    const [path = ''] = built.result.images
    const layer = built.manifest.layers[1]
    const blob = await readFile(
      join(path.slice('oci:'.length), 'blobs', layer?.digest.replace(':', '/') ?? ''),
    )
    const members = blob.toString('latin1').split('\x1f\x8b\x08\0\0\0\0\0').length - 1
    expect(members).toBeGreaterThanOrEqual(3)
    expect(digest(gunzipSync(blob))).toBe(built.config.rootfs.diff_ids[1])
    expect(built.files.get('opt/venv/lib/python3.13/site-packages/noise/noise.bin')?.size).toBe(9_500_000)
  })

  it('may be zstd, with the same content and another media type', async () => {
    const project = await site.project([noise, light], { 'main.py': '' })
    const [gzip, zstd] = [await site.build(project), await site.build(project, { compression: 'zstd' })]
    expect(zstd.config.rootfs.diff_ids).toEqual(gzip.config.rootfs.diff_ids)
    expect(zstd.manifest.layers.slice(1).map(({ mediaType }) => mediaType)).toEqual(
      Array.from({ length: 3 }, () => 'application/vnd.oci.image.layer.v1.tar+zstd'),
    )
    expect([...zstd.files.keys()]).toEqual([...gzip.files.keys()])
  })

  it('are what was asked for, whatever the store has from before', async () => {
    const empty = await site.project([], { 'main.py': '' })
    const store = await site.newFolder('store')
    await site.build(empty, {}, { store })
    const warm = await site.build(empty, { compression: 'zstd' }, { store })
    const cold = await site.build(empty, { compression: 'zstd' })
    expect(warm.digest).toBe(cold.digest)
    expect(new Set(warm.manifest.layers.slice(1).map(({ mediaType }) => mediaType))).toEqual(
      new Set(['application/vnd.oci.image.layer.v1.tar+zstd']),
    )
  })
})

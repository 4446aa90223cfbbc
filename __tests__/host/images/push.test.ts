import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openImage } from '../../../src/host/images/open.ts'
import type { WriteProgress } from '../../../src/host/images/progress.ts'
import { writeImage } from '../../../src/host/images/write.ts'
import { mediaTypes } from '../../../src/image/mediatype.ts'
import { parsePlatform } from '../../../src/image/platform.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import type { Image } from '../../../src/image/source.ts'
import { withContext } from '../../fixtures/context.ts'
import { type FakeRegistry, fail, startRegistry } from '../../fixtures/registry.ts'
import { bytesOf } from '../../fixtures/session.ts'
import { createImage, digest } from '../../fixtures/tiny-image.ts'
import { describeImage } from '../../fixtures/tiny-sources.ts'

const amd64 = createImage({ layers: [[['etc/a', 'a']], [['etc/b', 'b']]] })
const arm64 = createImage({ platform: 'linux/arm64' })

let registry: FakeRegistry
beforeEach(async () => {
  registry = await startRegistry()
})
afterEach(() => registry.close())

const push = (
  images: readonly Image[],
  name: string,
  options: { tags?: readonly string[]; onProgress?: (progress: WriteProgress) => void } = {},
): ReturnType<typeof writeImage> =>
  withContext((context) =>
    writeImage(images, parseImageReference(`docker://${registry.host}/${name}`), { context, ...options }),
  )

describe('pushing', () => {
  it('sends blobs before the manifest, under every name', async () => {
    const tags = [`${registry.host}/a/b:2`, `${registry.host}/c:1`]
    expect(await push([amd64], 'a/b:1', { tags })).toEqual({ digest: amd64.digest })
    for (const name of ['a/b:1', 'a/b:2', 'c:1']) {
      expect(registry.manifests.get(name)?.bytes.equals(amd64.manifestBytes)).toBe(true)
      expect(registry.manifests.get(name)?.mediaType).toBe(mediaTypes.ociManifest)
    }
    // The second repository has the layers from the first.
    expect(registry.count('POST', /c\/blobs\/uploads\/\?mount=.*from=a%2Fb/)).toBe(2)
  })

  it('puts the manifests of several platforms first, then their index', async () => {
    const { digest: root } = await push([amd64, arm64], 'a/b:1')
    expect(registry.manifests.get('a/b:1')?.mediaType).toBe(mediaTypes.ociIndex)
    expect(registry.manifests.has(`a/b@${amd64.digest}`)).toBe(true)
    expect(digest(registry.manifests.get('a/b:1')?.bytes ?? Buffer.alloc(0))).toBe(root)
    expect(registry.seen.at(-1)?.url).toBe('/v2/a/b/manifests/1')
  })

  it('sends nothing twice', async () => {
    await push([amd64], 'a/b:1')
    const before = registry.count('PUT', /uploads/)
    const seen: WriteProgress[] = []
    await push([amd64], 'a/b:2', { onProgress: (progress) => seen.push(progress) })
    expect(registry.count('PUT', /uploads/)).toBe(before)
    expect(seen.map(({ arrival }) => arrival)).toEqual(['exists', 'exists'])
  })

  it('has layers mounted that the registry has, and never downloads them', async () => {
    await push([amd64], 'base:1')
    const arrivals: (string | undefined)[] = []
    await withContext(async (context) => {
      const base = await openImage(
        parseImageReference(`docker://${registry.host}/base:1`),
        undefined,
        context,
      )
      const to = parseImageReference(`docker://${registry.host}/app:1`)
      await writeImage([base], to, { context, onProgress: ({ arrival }) => arrivals.push(arrival) })
    })
    expect(arrivals).toEqual(['mounted', 'mounted'])
    // The config alone was read.
    expect(registry.count('GET', /\/blobs\//)).toBe(1)
    expect(registry.manifests.has('app:1')).toBe(true)
  })

  it('streams layers from another registry, and where mounting is refused', async () => {
    const other = await startRegistry()
    registry.mounts = false
    await push([amd64], 'base:1')
    await withContext(async (context) => {
      const base = await openImage(
        parseImageReference(`docker://${registry.host}/base:1`),
        undefined,
        context,
      )
      for (const host of [other.host, registry.host]) {
        await writeImage([base], parseImageReference(`docker://${host}/app:1`), { context })
      }
    })
    expect(other.manifests.has('app:1')).toBe(true)
    expect(other.count('POST', /mount=/)).toBe(0)
    expect(registry.manifests.has('app:1')).toBe(true)
    await other.close()
  })

  it('leaves no name behind when a blob is refused', async () => {
    registry.faults.push({
      method: 'PUT',
      url: /uploads/,
      times: 9,
      act: (_, response) => fail(response, 403, 'DENIED'),
    })
    await expect(push([amd64], 'a/b:1')).rejects.toThrow('does not allow to push it (403)')
    expect(registry.count('PUT', /manifests/)).toBe(0)
  })

  it('does not push to a digest', async () => {
    await expect(push([amd64], `a/b@${amd64.digest}`)).rejects.toMatchObject({ kind: 'usage' })
    expect(registry.seen).toEqual([])
  })

  it('leaves out layers that images do not carry', async () => {
    const [first, second] = amd64.manifest.layers
    if (!first || !second) throw new Error('two layers')
    const foreign = { ...first, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }
    const bytes = Buffer.from(JSON.stringify({ ...amd64.manifest, layers: [foreign, second] }))
    const image = {
      ...amd64,
      manifest: { ...amd64.manifest, layers: [foreign, second] },
      manifestBytes: bytes,
      digest: digest(bytes),
    }
    // The fake wants every blob, as few registries do for these.
    registry.addBlob('a/b', amd64.layerBytes.get(first.digest) ?? Buffer.alloc(0))
    await push([image], 'a/b:1')
    expect(registry.seen.some(({ url }) => url.includes(first.digest))).toBe(false)
  })
})

describe('images of a registry', () => {
  const open = (name: string, platform?: string): Promise<Image> =>
    withContext(async (context) => {
      const reference = parseImageReference(`docker://${registry.host}/${name}`)
      const image = await openImage(
        reference,
        platform === undefined ? undefined : parsePlatform(platform),
        context,
      )
      for (const layer of image.manifest.layers) await bytesOf(image.blobs.open(layer))
      return image
    })

  it('know which of their layers the registry has', async () => {
    await push([amd64], 'a/b:1')
    await withContext(async (context) => {
      const reference = parseImageReference(`docker://${registry.host}/a/b:1`)
      const { blobs, manifest } = await openImage(reference, amd64.platform, context)
      const [layer] = manifest.layers
      if (!layer) throw new Error('a layer')
      expect(await blobs.has?.(layer)).toBe(true)
      expect(await blobs.has?.({ ...layer, digest: digest(Buffer.from('another')) })).toBe(false)
    })
  })

  it('are opened by tag, digest and platform, and say where they can be mounted from', async () => {
    const { digest: root } = await push([amd64, arm64], 'a/b:1')
    const image = await open('a/b:1', 'linux/arm64')
    expect(image).toMatchObject({ digest: arm64.digest, source: 'registry', platform: arm64.platform })
    expect(image.blobs.mountable?.(image.manifest.config)).toEqual({
      registry: registry.host,
      repository: 'a/b',
    })
    expect((await open(`a/b@${root}`, 'linux/amd64')).digest).toBe(amd64.digest)
    expect((await open(`a/b:1@${amd64.digest}`)).digest).toBe(amd64.digest)
    await expect(open('a/b:1', 'linux/s390x')).rejects.toThrow('has no image for linux/s390x')
  })

  it('are opened without reading what is not needed', async () => {
    await push([amd64, arm64], 'a/b:1')
    registry.seen.length = 0
    await withContext((context) =>
      openImage(parseImageReference(`docker://${registry.host}/a/b:1`), amd64.platform, context),
    )
    const read = registry.seen.map(({ url }) => url).filter((url) => url !== '/v2/')
    expect(read).toEqual([
      '/v2/a/b/manifests/1',
      `/v2/a/b/manifests/${amd64.digest}`,
      `/v2/a/b/blobs/${amd64.manifest.config.digest}`,
    ])
  })

  it('are refused when an index lies about them', async () => {
    await push([amd64], 'a/b:1')
    const lying = describeImage(amd64, { digest: digest(Buffer.from('{}')) })
    registry.addManifest('a/b', 'lie', { schemaVersion: 2, manifests: [lying] }, mediaTypes.ociIndex)
    registry.manifests.set(`a/b@${lying.digest}`, {
      bytes: amd64.manifestBytes,
      mediaType: mediaTypes.ociManifest,
    })
    await expect(open('a/b:lie')).rejects.toThrow('is damaged')
  })

  it('are refused when they are no images', async () => {
    const config = {
      mediaType: 'application/vnd.example.chart.config',
      digest: digest(Buffer.from('{}')),
      size: 2,
    }
    registry.addManifest('chart', '1', { schemaVersion: 2, config, layers: [] }, mediaTypes.ociManifest)
    await expect(open('chart:1')).rejects.toThrow('is not a container image')
    registry.addManifest('old', '1', { schemaVersion: 1, fsLayers: [] }, 'application/json')
    await expect(open('old:1')).rejects.toThrow('schema 1')
    registry.manifests.set('html:1', { bytes: Buffer.from('<html>'), mediaType: 'text/html' })
    await expect(open('html:1')).rejects.toThrow('is not JSON')
  })
})

import { afterAll, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { ImageContext } from '../../../src/host/images/context.ts'
import { daemonLayers } from '../../../src/host/images/daemon.ts'
import { openImage } from '../../../src/host/images/open.ts'
import { writeImage } from '../../../src/host/images/write.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import type { Image } from '../../../src/image/source.ts'
import { withContext } from '../../fixtures/context.ts'
import { type Store, describeWithEngine, docker, dockerEnv } from '../../fixtures/engine.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { bytesOf } from '../../fixtures/session.ts'
import { createImage } from '../../fixtures/tiny-image.ts'

const run = promisify(execFile)

describeWithEngine('a real engine and registry', (engine) => {
  const path = useFolder()
  // A repository for each run: what an earlier one pushed would hide what this one does not.
  const repository = `test/images-${randomBytes(4).toString('hex')}`
  const remote = `${engine.registry}/${repository}`
  const image = createImage({ layers: [[['etc/a', 'a']], [['etc/b', repository]]] })
  const plain = createImage({ layers: [[['etc/plain', repository]]], compressed: false })
  const arm64 = createImage({ platform: 'linux/arm64', layers: [[['etc/c', repository]]] })

  const inStore = <T>(store: Store, act: (context: ImageContext) => Promise<T>): Promise<T> => {
    const env = {
      ...dockerEnv(engine, store),
      PATH: `${dirname(engine.docker)}:${process.env['PATH'] ?? ''}`,
    }
    return withContext(act, { env })
  }
  const write = (
    images: readonly Image[],
    to: string,
    tags?: readonly string[],
  ): Promise<{ digest: string }> =>
    inStore('classic', (context) =>
      writeImage(images, parseImageReference(to), { context, ...(tags ? { tags } : {}) }),
    )

  afterAll(async () => {
    for (const store of ['classic', 'containerd'] as const) {
      await docker(engine, store, ['image', 'rm', '--force', `${repository}:1`]).catch(() => undefined)
    }
  })

  it.each(['classic', 'containerd'] as const)('loads into the %s store and reads back', async (store) => {
    for (const [one, tag] of [
      [image, '1'],
      [plain, '1'],
    ] as const) {
      await inStore(store, (context) =>
        writeImage([one], parseImageReference(`docker-daemon:${repository}:${tag}`), { context }),
      )
      await inStore(store, async (context) => {
        const reference = parseImageReference(`docker-daemon:${repository}:${tag}`)
        const saved = await openImage(reference, undefined, context)
        expect(saved.config.diffIds).toEqual(one.config.diffIds)
        for (const layer of saved.manifest.layers) await bytesOf(saved.blobs.open(layer))
        expect(await daemonLayers(`${repository}:${tag}`, context)).toEqual(one.config.diffIds)
        expect(await daemonLayers(`${repository}:none`, context)).toBeUndefined()
      })
    }
  })

  it.each(['classic', 'containerd'] as const)('writes an archive that the %s store loads', async (store) => {
    await write([image], `docker-archive:${path('image.tar')}:${repository}:1`)
    const { stdout } = await docker(engine, store, ['image', 'load', '--input', path('image.tar')])
    expect(stdout).toContain(`${repository}:1`)
  })

  it('says that the daemon has no such image', async () => {
    for (const store of ['classic', 'containerd'] as const) {
      const opening = inStore(store, (context) =>
        openImage(parseImageReference(`docker-daemon:${repository}:none`), undefined, context),
      )
      await expect(opening).rejects.toThrow('has no such image')
    }
  })

  it('pushes what crane and skopeo find right', async () => {
    const { digest } = await write([image], `docker://${remote}:1`, [`${remote}:2`])
    expect(digest).toBe(image.digest)
    await run(engine.crane, ['validate', '--remote', `${remote}:1`])
    const { stdout } = await run(engine.skopeo, ['inspect', '--tls-verify=false', `docker://${remote}:2`])
    expect(JSON.parse(stdout)).toMatchObject({ Digest: digest, Architecture: 'amd64' })
  })

  it('pushes several platforms under one name, mounting what the registry has', async () => {
    await write([image], `docker://${remote}:1`)
    const arrivals: (string | undefined)[] = []
    await inStore('classic', async (context) => {
      const base = await openImage(parseImageReference(`docker://${remote}:1`), undefined, context)
      const to = parseImageReference(`docker://${remote}-app:1`)
      const onProgress = ({ arrival }: { arrival?: string }): unknown => arrival && arrivals.push(arrival)
      const { digest } = await writeImage([base, arm64], to, { context, onProgress })
      const { stdout } = await run(engine.crane, ['digest', `${remote}-app:1`])
      expect(stdout.trim()).toBe(digest)
    })
    expect(arrivals.sort()).toEqual(['copied', 'mounted', 'mounted'])
    await run(engine.crane, ['validate', '--remote', `${remote}-app:1`, '--platform', 'linux/arm64'])
  })

  it('writes layouts and archives that skopeo copies, and reads what skopeo wrote', async () => {
    await write([image], `oci:${path('layout')}:1`)
    await write([image], `oci-archive:${path('layout.tar')}:1`)
    await write([image], `docker-archive:${path('image.tar')}:example:1`)
    const copies = [
      [`oci:${path('layout')}:1`, `docker-archive:${path('copy.tar')}:example:1`],
      [`oci-archive:${path('layout.tar')}:1`, `oci:${path('copy')}:1`],
      [`docker-archive:${path('image.tar')}`, `oci-archive:${path('copy-oci.tar')}:1`],
    ] as const
    for (const [from, to] of copies) {
      await run(engine.skopeo, ['--insecure-policy', 'copy', '--quiet', from, to])
      await inStore('classic', async (context) => {
        const copied = await openImage(parseImageReference(to), undefined, context)
        expect(copied.config.diffIds).toEqual(image.config.diffIds)
        for (const layer of copied.manifest.layers) await bytesOf(copied.blobs.open(layer))
      })
    }
    await run(engine.crane, ['validate', '--tarball', path('image.tar')])
  })

  it('reads a multi-platform image that another tool pushed', async () => {
    await write([image, arm64], `docker://${remote}-many:1`)
    await run(engine.crane, ['copy', `${remote}-many:1`, `${remote}-copy:1`])
    await inStore('classic', async (context) => {
      const reference = parseImageReference(`docker://${remote}-copy:1`)
      const opened = await openImage(reference, { os: 'linux', architecture: 'arm64' }, context)
      expect(opened.digest).toBe(arm64.digest)
      for (const layer of opened.manifest.layers) await bytesOf(opened.blobs.open(layer))
    })
  })
})

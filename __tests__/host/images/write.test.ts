import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { link, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { Failure } from '../../../src/failure.ts'
import { openImage } from '../../../src/host/images/open.ts'
import type { WriteProgress } from '../../../src/host/images/progress.ts'
import { writeImage } from '../../../src/host/images/write.ts'
import { type Digest, hexOf } from '../../../src/image/digest.ts'
import { parsePlatform } from '../../../src/image/platform.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import type { Image } from '../../../src/image/source.ts'
import { withContext } from '../../fixtures/context.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { bytesOf, containing } from '../../fixtures/session.ts'
import { type TinyImage, createImage } from '../../fixtures/tiny-image.ts'

const amd64 = createImage()
const arm64 = createImage({ platform: 'linux/arm64' })
const path = useFolder()

const write = (
  images: readonly Image[],
  to: string,
  options: { tags?: readonly string[]; onProgress?: (progress: WriteProgress) => void } = {},
): Promise<{ digest: Digest }> =>
  withContext((context) => writeImage(images, parseImageReference(to), { context, ...options }))

const open = (from: string, platform = 'linux/amd64'): Promise<Image> =>
  withContext((context) => openImage(parseImageReference(from), parsePlatform(platform), context))

async function expectSame(image: Image, expected: TinyImage): Promise<void> {
  expect(image.digest).toBe(expected.digest)
  for (const layer of image.manifest.layers) {
    expect(
      (await bytesOf(image.blobs.open(layer))).equals(
        expected.layerBytes.get(layer.digest) ?? Buffer.alloc(0),
      ),
    ).toBe(true)
  }
}

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** An image whose layer breaks off. */
const broken = createImage({
  layers: [[['etc/broken', 'x']]],
  blobs: {
    async *open() {
      await Promise.resolve()
      yield Buffer.from('some')
      throw new Failure('build', 'the source broke off')
    },
  },
})

describe.each(['oci', 'oci-archive', 'docker-archive'])('%s', (transport) => {
  const to = (name = 'out'): string => `${transport}:${path(name)}`

  it('holds the image', async () => {
    expect(await write([amd64], `${to()}:example:1`)).toEqual({ digest: amd64.digest })
    await expectSame(await open(`${to()}:example:1`), amd64)
    await expectSame(await open(to()), amd64)
    expect(await readdir(path())).toEqual(['out'])
  })

  it('has all its names', async () => {
    await write([amd64], to(), { tags: ['example:1', '127.0.0.1:5000/a/b:2'] })
    for (const name of ['example:1', 'docker.io/library/example:1', '127.0.0.1:5000/a/b:2']) {
      await expectSame(await open(`${to()}:${name}`), amd64)
    }
    await expect(open(`${to()}:other:1`)).rejects.toThrow(Failure)
  })

  it('refuses names that are none', async () => {
    await expect(write([amd64], to(), { tags: ['Not A Name'] })).rejects.toMatchObject({ kind: 'usage' })
    await expect(write([amd64], to(), { tags: [`a@${amd64.digest}`] })).rejects.toMatchObject({
      kind: 'usage',
    })
    expect(await readdir(path())).toEqual([])
  })

  it('is made with the folders above it', async () => {
    await write([amd64], to('a/b/out'))
    await expectSame(await open(to('a/b/out')), amd64)
  })

  it('is replaced as a whole, and stays when the new one fails', async () => {
    await write([amd64], to())
    await expect(write([broken], to())).rejects.toThrow('the source broke off')
    await expectSame(await open(to()), amd64)
    const other = createImage({ layers: [[['etc/other', 'x']]] })
    await write([other], to())
    await expectSame(await open(to()), other)
    expect(await readdir(path())).toEqual(['out'])
  })

  it('leaves nothing when it fails', async () => {
    await expect(write([broken], to())).rejects.toThrow('the source broke off')
    expect(await readdir(path())).toEqual([])
  })

  it('leaves nothing when it is interrupted', async () => {
    const controller = new AbortController()
    const image = createImage({ layers: [[['etc/a', 'a']], [['etc/b', 'b']]] })
    const writing = withContext(
      (context) =>
        writeImage([image], parseImageReference(to()), {
          context,
          onProgress: () => controller.abort(new Failure('build', 'interrupted')),
        }),
      { signal: controller.signal },
    )
    await expect(writing).rejects.toThrow('interrupted')
    expect(await readdir(path())).toEqual([])
  })

  it('holds no blob of another length than it says', async () => {
    const short = createImage({
      layers: [[['etc/short', 'x']]],
      blobs: {
        async *open() {
          await Promise.resolve()
          yield Buffer.from('short')
        },
      },
    })
    await expect(write([short], to())).rejects.toThrow('bytes that it says')
    expect(await readdir(path())).toEqual([])
  })

  it('says which path has no room or permission', async () => {
    await writeFile(path('file'), '')
    await expect(write([amd64], to('file/out'))).rejects.toMatchObject({
      kind: 'usage',
      message: containing(`${path('file/out')} cannot be written: a part of its path is a file`),
    })
    await expect(write([amd64], to('x'.repeat(300)))).rejects.toThrow('its name is too long')
    await expect(write([amd64], `${transport}:/proc/none/out`)).rejects.toThrow(/cannot be written/)
  })

  it('tells how each blob came', async () => {
    const seen: WriteProgress[] = []
    await write([amd64], to(), { onProgress: (progress) => seen.push(progress) })
    const [layer] = amd64.manifest.layers
    expect(seen.at(-1)).toEqual({
      digest: layer?.digest,
      size: layer?.size,
      bytes: layer?.size,
      arrival: 'copied',
    })
    expect(seen.every(({ size, bytes }) => bytes <= size)).toBe(true)
  })

  it('does not take an image whose digest is another', async () => {
    await expect(write([{ ...amd64, digest: arm64.digest }], to())).rejects.toThrow('has not the digest')
  })
})

describe('several platforms', () => {
  it.each(['oci', 'oci-archive'])('are one image in %s', async (transport) => {
    const to = `${transport}:${path('out')}:1`
    const { digest } = await write([amd64, arm64], to)
    expect([amd64.digest, arm64.digest]).not.toContain(digest)
    await expectSame(await open(to, 'linux/amd64'), amd64)
    await expectSame(await open(to, 'linux/arm64'), arm64)
    expect(await write([amd64, arm64], to)).toEqual({ digest })
  })

  it.each(['docker-archive:/x/out', 'docker-daemon:example:1'])('have no place in %s', async (to) => {
    await expect(write([amd64, arm64], to)).rejects.toMatchObject({
      kind: 'usage',
      message: containing('holds one platform, not linux/amd64, linux/arm64'),
      hint: containing('oci-archive:FILE'),
    })
  })

  it('are not written twice under one name', async () => {
    await expect(write([amd64, createImage({ layers: [] })], `oci:${path('out')}`)).rejects.toThrow(
      'two images',
    )
    await expect(write([], `oci:${path('out')}`)).rejects.toThrow('no image to write')
  })
})

describe('layouts', () => {
  it('share the files of their source', async () => {
    const [layer = amd64.manifest.config] = amd64.manifest.layers
    await writeFile(path('blob'), amd64.layerBytes.get(layer.digest) ?? '')
    const image = createImage({ blobs: { file: () => Promise.resolve(path('blob')) } })
    const seen: WriteProgress[] = []
    await write([image], `oci:${path('out')}`, { onProgress: (progress) => seen.push(progress) })
    const [from, to] = await Promise.all([
      stat(path('blob')),
      stat(path('out', 'blobs', 'sha256', hexOf(layer.digest))),
    ])
    expect(to.ino).toBe(from.ino)
    expect(seen.map(({ arrival }) => arrival)).toEqual(['linked'])
  })

  it('do not share a file of another length', async () => {
    await writeFile(path('blob'), 'other')
    const image = createImage({ blobs: { file: () => Promise.resolve(path('blob')) } })
    await expect(write([image], `oci:${path('out')}`)).rejects.toThrow('has 5 bytes')
  })

  it('replace an empty folder and a layout through a link, and nothing else', async () => {
    await mkdir(path('empty'))
    await write([amd64], `oci:${path('empty')}`)
    await symlink(path('empty'), path('link'))
    await write([arm64], `oci:${path('link')}`)
    await expectSame(await open(`oci:${path('empty')}`, 'linux/arm64'), arm64)

    await writeFile(path('empty', 'notes.txt'), 'mine')
    await expect(write([amd64], `oci:${path('empty')}`)).rejects.toMatchObject({
      kind: 'usage',
      message: containing('notes.txt'),
    })
    await expectSame(await open(`oci:${path('empty')}`, 'linux/arm64'), arm64)

    await mkdir(path('mine'))
    await writeFile(path('mine', 'notes.txt'), 'mine')
    await expect(write([amd64], `oci:${path('mine')}`)).rejects.toMatchObject({ kind: 'usage' })
    expect(await readFile(path('mine', 'notes.txt'), 'utf8')).toBe('mine')

    await writeFile(path('file'), 'mine')
    await expect(write([amd64], `oci:${path('file')}`)).rejects.toMatchObject({
      hint: containing('oci-archive:'),
    })
    expect(await readFile(path('file'), 'utf8')).toBe('mine')
    expect((await readdir(path())).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('can be their own source', async () => {
    await write([amd64], `oci:${path('out')}`)
    await write([await open(`oci:${path('out')}`)], `oci:${path('out')}:2`)
    await expectSame(await open(`oci:${path('out')}:2`), amd64)
  })
})

describe('archives', () => {
  it('are the same bytes every time', async () => {
    await write([amd64], `docker-archive:${path('a')}:example:1`)
    await write([amd64], `docker-archive:${path('b')}:example:1`)
    expect(await hashOf(path('a'))).toBe(await hashOf(path('b')))
  })

  it('are not put in the place of a folder', async () => {
    await mkdir(path('folder'))
    await expect(write([amd64], `oci-archive:${path('folder')}`)).rejects.toMatchObject({
      hint: containing('oci:'),
    })
    expect(await readdir(path())).toEqual(['folder'])
  })

  it('do not change a file that had another name too', async () => {
    await write([amd64], `oci-archive:${path('a')}`)
    await link(path('a'), path('kept'))
    await write([arm64], `oci-archive:${path('a')}`)
    await expectSame(await open(`oci-archive:${path('kept')}`), amd64)
  })
})

describe('a full disk', () => {
  it.each(['oci', 'oci-archive', 'docker-archive'])(
    'is named, and %s leaves nothing on it',
    async (transport) => {
      await mkdir(path('small'))
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path('small')], { stdio: 'ignore' })
      } catch {
        process.stderr.write('SKIPPED, a full disk: this user may not mount a small one\n')
        return
      }
      try {
        const large = createImage({
          layers: [[['etc/large', Buffer.alloc(200_000, 'x')]]],
          compressed: false,
        })
        await expect(write([large], `${transport}:${path('small', 'out')}`)).rejects.toMatchObject({
          message: `${path('small', 'out')} cannot be written: the disk is full`,
          hint: containing('free some space'),
        })
        expect(await readdir(path('small'))).toEqual([])
      } finally {
        execFileSync('umount', [path('small')])
        await rm(path('small'), { recursive: true })
      }
    },
  )
})

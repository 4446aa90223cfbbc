import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { listPlatforms, openImage } from '../../../src/host/images/open.ts'
import { Seals } from '../../../src/host/store/seals.ts'
import { openStore } from '../../../src/host/store/store.ts'
import { hexOf } from '../../../src/image/digest.ts'
import { formatPlatform, parsePlatform } from '../../../src/image/platform.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import type { Image } from '../../../src/image/source.ts'
import { withContext } from '../../fixtures/context.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { bytesOf, containing } from '../../fixtures/session.ts'
import { type TinyTar, createTar } from '../../fixtures/tar.ts'
import { type TinyImage, createImage } from '../../fixtures/tiny-image.ts'
import {
  type LayoutFiles,
  archiveOf,
  createClassicArchive,
  createIndex,
  createLayout,
  describeImage,
  named,
  writeFiles,
} from '../../fixtures/tiny-sources.ts'

const amd64 = createImage()
const arm64 = createImage({ platform: 'linux/arm64' })
const path = useFolder()

const open = (reference: string, platform?: string): Promise<Image> =>
  withContext((context) =>
    openImage(
      parseImageReference(reference),
      platform === undefined ? undefined : parsePlatform(platform),
      context,
    ),
  )

const platforms = async (reference: string): Promise<string[]> => {
  const found = await withContext((context) => listPlatforms(parseImageReference(reference), context))
  return found.map(formatPlatform)
}

/** Everything of the image is there and right. */
async function expectSame(image: Image, expected: TinyImage): Promise<void> {
  expect(image.digest).toBe(expected.digest)
  expect(image.manifest).toMatchObject({ layers: expected.manifest.layers })
  expect(Buffer.from(image.configBytes).equals(expected.configBytes)).toBe(true)
  for (const layer of image.manifest.layers) {
    const bytes = await bytesOf(image.blobs.open(layer))
    expect(bytes.equals(expected.layerBytes.get(layer.digest) ?? Buffer.alloc(0))).toBe(true)
  }
}

/** The same layout as a folder and as an archive. */
async function eachSource(files: LayoutFiles, act: (prefix: string) => Promise<void>): Promise<void> {
  await rm(path('layout'), { recursive: true, force: true })
  await writeFiles(path('layout'), files)
  await writeFile(path('layout.tar'), archiveOf(files))
  await act(`oci:${path('layout')}`)
  await act(`oci-archive:${path('layout.tar')}`)
}

describe('layouts and their archives', () => {
  it('give an image by its tag, or the only one', async () => {
    await eachSource(createLayout([amd64], [describeImage(amd64, named('1'))]), async (prefix) => {
      await expectSame(await open(prefix), amd64)
      await expectSame(await open(`${prefix}:1`), amd64)
      await expect(open(`${prefix}:2`)).rejects.toMatchObject({
        kind: 'usage',
        message: containing('has no image "2"'),
        hint: 'it has the tags 1',
      })
    })
  })

  it('ask which of several images is meant', async () => {
    const files = createLayout(
      [amd64, arm64],
      [describeImage(amd64, named('a')), describeImage(arm64, named('b'))],
    )
    await eachSource(files, async (prefix) => {
      await expect(open(prefix)).rejects.toMatchObject({
        message: containing('has several images'),
        hint: `name one of them: ${prefix}:a, ${prefix}:b`,
      })
      await expectSame(await open(`${prefix}:b`), arm64)
    })
  })

  it('give one image that has several names', async () => {
    const twice = [describeImage(amd64, named('a')), describeImage(amd64, named('b'))]
    await eachSource(createLayout([amd64], twice), async (prefix) => expectSame(await open(prefix), amd64))
  })

  it('choose the platform from a nested index, and skip attestations', async () => {
    const unknown = createImage({ platform: 'unknown/unknown' })
    const attestation = describeImage(unknown, {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    })
    const inner = createIndex([describeImage(amd64), describeImage(arm64), attestation])
    const outer = createIndex([inner.descriptor])
    const files = createLayout(
      [amd64, arm64, unknown],
      [{ ...outer.descriptor, ...named('1') }],
      [inner.bytes, outer.bytes],
    )
    await eachSource(files, async (prefix) => {
      expect(await platforms(prefix)).toEqual(['linux/amd64', 'linux/arm64'])
      await expectSame(await open(prefix, 'linux/arm64'), arm64)
      await expectSame(await open(prefix, 'linux/arm64/v8'), arm64)
      await expect(open(prefix, 'linux/s390x')).rejects.toMatchObject({
        message: containing('has no image for linux/s390x'),
        hint: containing('it has linux/amd64, linux/arm64'),
      })
    })
  })

  it("choose this machine's platform, or the only one, when none is asked for", async () => {
    const index = createIndex([describeImage(amd64), describeImage(arm64)])
    await eachSource(createLayout([amd64, arm64], [index.descriptor], [index.bytes]), async (prefix) => {
      await expectSame(await open(prefix), process.arch === 'arm64' ? arm64 : amd64)
    })
    const other = createImage({ platform: 'linux/riscv64' })
    await eachSource(createLayout([other], [describeImage(other)]), async (prefix) => {
      await expectSame(await open(prefix), other)
    })
  })

  it('take several images without names for one with several platforms', async () => {
    await eachSource(
      createLayout([amd64, arm64], [describeImage(amd64), describeImage(arm64)]),
      async (prefix) => {
        await expectSame(await open(prefix, 'linux/arm64'), arm64)
      },
    )
  })

  it('find out the platform that an index does not say', async () => {
    const { platform, ...silent } = describeImage(arm64)
    expect(platform).toBeDefined()
    await eachSource(createLayout([arm64], [silent]), async (prefix) => {
      expect(await platforms(prefix)).toEqual(['linux/arm64'])
      await expect(open(prefix, 'linux/amd64')).rejects.toThrow('has no image for linux/amd64')
    })
  })

  it('tell a platform that is named from one that is there', async () => {
    const index = createIndex([describeImage(amd64), describeImage(arm64)])
    await eachSource(createLayout([amd64], [index.descriptor], [index.bytes]), async (prefix) => {
      expect(await platforms(prefix)).toEqual(['linux/amd64'])
      await expectSame(await open(prefix, 'linux/amd64'), amd64)
      await expect(open(prefix, 'linux/arm64')).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('does not hold it; it holds linux/amd64'),
      })
      await expect(open(prefix, 'linux/s390x')).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('has no image for linux/s390x'),
        hint: expect.stringContaining('it has linux/amd64'),
      })
    })
  })
})

describe('damaged sources', () => {
  const [first = amd64.manifest.config] = amd64.manifest.layers
  const layer = first.digest
  const layerPath = `blobs/sha256/${hexOf(layer)}`
  const whole = (): LayoutFiles => createLayout([amd64], [describeImage(amd64)])
  const readLayers = async (image: Image): Promise<void> => {
    for (const one of image.manifest.layers) await bytesOf(image.blobs.open(one))
  }

  it('are noticed when the bytes of a layer are read', async () => {
    const flipped = Buffer.from(amd64.layerBytes.get(layer) ?? '')
    flipped.writeUInt8(flipped.readUInt8(20) ^ 1, 20)
    for (const [bytes, why] of [
      [flipped, 'is damaged'],
      [flipped.subarray(1), 'is cut short'],
      [Buffer.concat([flipped, flipped]), 'is too long'],
    ] as const) {
      await eachSource(whole().set(layerPath, bytes), async (prefix) => {
        const image = await open(prefix)
        await expect(readLayers(image)).rejects.toThrow(why)
        if (prefix.startsWith('oci:')) await expect(image.blobs.file?.(first)).rejects.toThrow(why)
      })
    }
    const files = whole()
    files.delete(layerPath)
    await eachSource(files, async (prefix) => {
      await expect(readLayers(await open(prefix))).rejects.toThrow('is missing')
    })
  })

  it('are noticed when they were whole before, and known again since', async () => {
    const image = createImage({
      layers: [[['large', randomBytes(2 ** 21).toString('latin1')]]],
      compressed: false,
    })
    const [one = image.manifest.config] = image.manifest.layers
    const { root } = await openStore(path('store'))
    const bytes = Buffer.from(image.layerBytes.get(one.digest) ?? '')
    const read = (prefix: string): Promise<Buffer> =>
      withContext(
        async (context) => {
          const opened = await openImage(parseImageReference(prefix), undefined, context)
          return bytesOf(opened.blobs.open(one))
        },
        { seals: new Seals(root) },
      )
    const files = createLayout([image], [describeImage(image)])
    for (const flip of [0, 0, 1, 0]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(2 ** 20) ^ flip, 2 ** 20)
      await eachSource(files.set(`blobs/sha256/${hexOf(one.digest)}`, changed), async (prefix) => {
        if (flip === 0) expect((await read(prefix)).equals(bytes)).toBe(true)
        else
          await expect(read(prefix)).rejects.toThrow(`is damaged: its digest is another, not ${one.digest}`)
      })
    }
  })

  it('are noticed in manifests, configs and indexes', async () => {
    const cases: [string, string | Buffer, RegExp][] = [
      [
        `blobs/sha256/${hexOf(amd64.digest)}`,
        Buffer.from(amd64.manifestBytes).fill(0x20, 3, 4),
        /is damaged/,
      ],
      [
        `blobs/sha256/${hexOf(amd64.manifest.config.digest)}`,
        Buffer.alloc(amd64.configBytes.length),
        /is damaged/,
      ],
      ['index.json', '{', /index\.json is not JSON/],
      ['index.json', '[]', /index\.json/],
      ['index.json', '{"schemaVersion":2,"manifests":null}', /has no image/],
      [
        'index.json',
        '{"schemaVersion":2,"manifests":[{"digest":"sha256:../../etc/passwd","size":1}]}',
        /is not a sha256 digest/,
      ],
      ['index.json', Buffer.alloc(5_000_000, ' '), /larger than/],
    ]
    for (const [name, bytes, why] of cases) {
      await eachSource(whole().set(name, Buffer.from(bytes)), async (prefix) => {
        await expect(open(prefix)).rejects.toThrow(why)
      })
    }
  })

  it('are noticed in a manifest that is too large to be one, before it is read', async () => {
    const large = describeImage(amd64, { size: 5_000_000 })
    await eachSource(createLayout([amd64], [large]), async (prefix) => {
      await expect(open(prefix)).rejects.toThrow('over the limit')
    })
  })

  it('are noticed in indexes without end', async () => {
    let index = createIndex([describeImage(amd64)])
    const all = [index.bytes]
    for (let i = 0; i < 6; i += 1) {
      index = createIndex([index.descriptor])
      all.push(index.bytes)
    }
    await eachSource(createLayout([amd64], [index.descriptor], all), async (prefix) => {
      await expect(open(prefix)).rejects.toThrow('without end')
    })
  })

  it('are no folders, files or layouts', async () => {
    await mkdir(path('empty'))
    await writeFile(path('file'), 'text')
    await expect(open(`oci:${path('empty')}`)).rejects.toThrow('is no OCI layout')
    await expect(open(`oci:${path('none')}`)).rejects.toThrow('does not exist')
    await expect(open(`oci:${path('file')}`)).rejects.toMatchObject({ hint: containing('oci-archive:') })
    await expect(open(`oci-archive:${path('none')}`)).rejects.toThrow('does not exist')
    await expect(open(`oci-archive:${path('empty')}`)).rejects.toMatchObject({ hint: containing('oci:') })
    await expect(open(`oci-archive:${path('file')}`)).rejects.toThrow('is no tar archive')
    await writeFile(path('file'), Buffer.alloc(10_000, 'x'))
    await expect(open(`docker-archive:${path('file')}`)).rejects.toThrow('is damaged at byte 0')
    await writeFile(path('file'), gzipSync(archiveOf(whole())))
    await expect(open(`oci-archive:${path('file')}`)).rejects.toMatchObject({ hint: containing('gunzip') })
  })

  it('are not read from pipes and devices', async () => {
    await writeFiles(path('layout'), whole())
    await rm(path('layout', layerPath))
    execFileSync('mkfifo', [path('layout', layerPath), path('pipe')])
    await expect(readLayers(await open(`oci:${path('layout')}`))).rejects.toThrow('is missing')
    await symlink('/dev/zero', path('zero'))
    await expect(open(`docker-archive:${path('zero')}`)).rejects.toThrow('special file')
  })

  it('are cut archives', async () => {
    const archive = archiveOf(whole())
    for (const length of [600, 2000, archive.length - 3000]) {
      await writeFile(path('cut.tar'), archive.subarray(0, length))
      await expect(open(`oci-archive:${path('cut.tar')}`).then(readLayers)).rejects.toThrow()
    }
  })
})

describe("docker save's own archives", () => {
  const two = createImage({
    layers: [[['etc/a', 'a']], [['etc/b', 'b']], [['etc/a', 'a']]],
    compressed: false,
  })

  it('have no manifest, so one is made for them', async () => {
    await writeFile(path('classic.tar'), createClassicArchive(two))
    const image = await open(`docker-archive:${path('classic.tar')}`)
    await expectSame(image, two)
    expect(image.source).toBe('docker-archive')
    expect(image.platform).toEqual({ os: 'linux', architecture: 'amd64' })
    expect(image.manifest.config.digest).toBe(two.manifest.config.digest)
  })

  it('are found by their tags in each spelling', async () => {
    await writeFile(path('classic.tar'), createClassicArchive(two))
    await expectSame(await open(`docker-archive:${path('classic.tar')}:example:1`), two)
    await expectSame(await open(`docker-archive:${path('classic.tar')}:docker.io/library/example:1`), two)
    await expect(open(`docker-archive:${path('classic.tar')}:other:1`)).rejects.toMatchObject({
      hint: containing(':example:1'),
    })
  })

  it('may hold compressed layers', async () => {
    const packed = createImage({ layers: [[['etc/a', 'a']]] })
    const tar = { ...packed, tars: [...packed.layerBytes.values()] }
    await writeFile(path('classic.tar'), createClassicArchive(tar))
    await expectSame(await open(`docker-archive:${path('classic.tar')}`), packed)
  })

  it('may have an index whose manifest is not there', async () => {
    const files = createLayout([two], [describeImage(two)])
    files.delete(`blobs/sha256/${hexOf(two.digest)}`)
    const blob = (d: string): string => `blobs/sha256/${d.slice(7)}`
    const listed = {
      Config: blob(two.manifest.config.digest),
      Layers: two.manifest.layers.map((l) => blob(l.digest)),
    }
    files.set('manifest.json', Buffer.from(JSON.stringify([listed])))
    await writeFile(path('mixed.tar'), archiveOf(files))
    await expectSame(await open(`docker-archive:${path('mixed.tar')}`), two)
  })

  it('are refused when they are damaged', async () => {
    const bad = async (manifest: unknown, why: string): Promise<void> => {
      const files: LayoutFiles = new Map([['manifest.json', Buffer.from(JSON.stringify(manifest))]])
      files.set('c.json', two.configBytes)
      await writeFile(path('bad.tar'), archiveOf(files))
      await expect(open(`docker-archive:${path('bad.tar')}`)).rejects.toThrow(why)
    }
    await bad({}, 'manifest.json')
    await bad([], 'has no such image')
    await bad([{ Config: 'none.json' }], 'the archive has no "none.json"')
    await bad([{ Config: '../../../etc/passwd' }], 'the archive has no')
    await bad([{ Config: 'c.json', Layers: ['a'] }], '1 layers, but the config has 3')
    await bad([{ Config: 'c.json', Layers: ['a', 'b', 'c'] }], 'the archive has no "a"')
    await bad([{ Config: 'c.json' }, { Config: 'c.json' }], 'has several images')
  })

  it('may link without end, and not lead out', async () => {
    const links: TinyTar = [
      ['a', { type: 'symlink', linkname: 'b' }],
      ['b', { type: 'symlink', linkname: 'a' }],
      ['out', { type: 'symlink', linkname: '../../../etc/passwd' }],
      ['absolute', { type: 'symlink', linkname: '/etc/passwd' }],
    ]
    for (const name of ['a', 'out', 'absolute']) {
      const manifest = JSON.stringify([{ Config: name }])
      await writeFile(path('links.tar'), createTar([...links, ['manifest.json', manifest]]))
      await expect(open(`docker-archive:${path('links.tar')}`)).rejects.toThrow(
        `the archive has no "${name}"`,
      )
    }
  })
})

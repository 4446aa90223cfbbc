import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type FoundBase, findBase } from '../../src/engine/base.ts'
import { createImageContext } from '../../src/host/images/context.ts'
import type { ImageConfig } from '../../src/image/config.ts'
import { type ImageReference, parseImageReference } from '../../src/image/reference.ts'
import { type FakeRegistry, startRegistry } from '../fixtures/registry.ts'
import { createImage, type TinyImage } from '../fixtures/tiny-image.ts'

const below = createImage({ layers: [[['usr/bin/sh', 'sh']], [['usr/bin/python3', 'python']]] })
const other = createImage({ layers: [[['usr/bin/sh', 'another']]] })

describe('the base of an image', () => {
  let registry: FakeRegistry
  beforeAll(async () => {
    registry = await startRegistry()
    for (const [tag, image] of [
      ['1', below],
      ['2', other],
    ] as const)
      push(image, tag)
  })
  afterAll(() => registry.close())

  function push({ manifestBytes, configBytes }: TinyImage, tag: string): void {
    registry.addBlob('team/base', configBytes)
    const bytes = Buffer.from(manifestBytes)
    const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = JSON.parse(bytes.toString()) as {
      mediaType?: string
    }
    registry.manifests.set(`team/base:${tag}`, { bytes, mediaType })
  }

  /** What is found for an image on `below` with these labels, in the registry of the tests unless it says otherwise. */
  async function find(
    labels: Readonly<Record<string, string>>,
    {
      given,
      config = {},
      from = `docker://${registry.host}/team/api:1`,
    }: { given?: ImageReference; config?: Partial<ImageConfig>; from?: string } = {},
  ): Promise<FoundBase> {
    const image = createImage({
      layers: [[['usr/bin/sh', 'sh']], [['usr/bin/python3', 'python']], [['app/main.py', 'app']]],
    })
    const labelled = {
      ...image,
      config: { ...image.config, ...config, config: { ...image.config.config, labels } },
    }
    const images = createImageContext({ env: {}, signal: new AbortController().signal })
    return findBase(labelled, parseImageReference(from), given, images).finally(() => images.close())
  }
  const named = (name: string): Record<string, string> => ({ 'org.opencontainers.image.base.name': name })

  it('is the one that the user names, or an error', async () => {
    const at = (tag: string): ImageReference =>
      parseImageReference(`docker://${registry.host}/team/base:${tag}`)
    expect(await find({}, { given: at('1') })).toEqual({ layers: 2 })
    await expect(find({}, { given: at('2') })).rejects.toThrow('does not stand on')
  })

  it('is the one that its labels name', async () => {
    const name = `${registry.host}/team/base:1`
    expect(await find(named(name))).toEqual({ layers: 2, note: `Its base is ${name}, as its labels say.` })
  })

  it.each([
    [
      'another one by now',
      () => `${registry.host}/team/base:2`,
      'could not be read or is another one by now',
    ],
    ['gone', () => `${registry.host}/team/base:gone`, 'could not be read or is another one by now'],
    ['no name', () => 'UPPER CASE', 'which is no name of an image'],
  ])('is not told by labels that name one that is %s', async (_, name, why) => {
    expect(await find(named(name()))).toEqual({ layers: undefined, note: expect.stringContaining(why) })
  })

  it('is not asked for in a registry that only a label names', async () => {
    const before = registry.seen.length
    const found = await find(named(`${registry.host}/team/base:1`), { from: 'docker-daemon:api' })
    expect(found.note).toContain('in a registry that was not asked: with --base')
    expect(registry.seen).toHaveLength(before)
  })

  it('is found by the history where nothing names it, and the report says so', async () => {
    const history = [
      { createdBy: "# debian.sh --arch 'amd64'" },
      { createdBy: 'RUN a' },
      { createdBy: 'COPY b' },
    ]
    const note =
      'Its base was found by its history: the image of an operating system, 1 layer. With --base it is exact.'
    expect(await find({}, { config: { history } })).toEqual({ layers: undefined, note })
    const gone = await find(named(`${registry.host}/team/base:gone`), { config: { history } })
    expect(gone.note).toMatch(/could not be read .*told apart\. Its base was found by its history/)
    expect(await find({})).toEqual({ layers: undefined })
  })
})

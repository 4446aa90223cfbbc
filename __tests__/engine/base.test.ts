import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type BaseHints, findBase } from '../../src/engine/base.ts'
import type { FoundBase } from '../../src/engine/base-layers.ts'
import { createImageContext } from '../../src/host/images/context.ts'
import type { ImageConfig } from '../../src/image/config.ts'
import { parseImageReference } from '../../src/image/reference.ts'
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
      config = {},
      from = `docker://${registry.host}/team/api:1`,
      env = {},
      ...hints
    }: BaseHints & {
      readonly config?: Partial<ImageConfig>
      readonly from?: string
      readonly env?: Readonly<Record<string, string>>
    } = {},
  ): Promise<FoundBase> {
    const image = createImage({
      layers: [[['usr/bin/sh', 'sh']], [['usr/bin/python3', 'python']], [['app/main.py', 'app']]],
    })
    const labelled = {
      ...image,
      config: { ...image.config, ...config, config: { ...image.config.config, labels } },
    }
    const images = createImageContext({ env, signal: new AbortController().signal })
    return findBase(labelled, parseImageReference(from), hints, images).finally(() => images.close())
  }
  const named = (name: string): Record<string, string> => ({ 'org.opencontainers.image.base.name': name })

  it('is the one that the user names, or an error', async () => {
    const at = (tag: string): BaseHints => ({
      base: parseImageReference(`docker://${registry.host}/team/base:${tag}`),
    })
    const note = `Its base is docker://${registry.host}/team/base:1, as --base says.`
    expect(await find({}, at('1'))).toEqual({ layers: 2, note })
    await expect(find({}, at('2'))).rejects.toThrow('does not stand on')
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

  it('is the one of an image that is compared with it, where it has its layers', async () => {
    const history = [
      { createdBy: "# debian.sh --arch 'amd64'" },
      { createdBy: 'RUN a' },
      { createdBy: 'COPY b' },
    ]
    expect(await find({}, { likely: below, config: { history } })).toEqual({ layers: 2 })
    expect((await find({}, { likely: other, config: { history } })).note).toContain('by its history')
  })

  describe('with the Dockerfile of its project', () => {
    let project: string
    beforeAll(async () => {
      project = await mkdtemp(join(tmpdir(), 'based-'))
    })
    afterAll(() => rm(project, { recursive: true, force: true }))

    async function findWith(
      dockerfile: string,
      options: Parameters<typeof find>[1] & { readonly labels?: Readonly<Record<string, string>> } = {},
    ): Promise<FoundBase> {
      await writeFile(join(project, 'Dockerfile'), dockerfile)
      return find(options.labels ?? {}, { ...options, project })
    }

    it('is the one that its last stage begins from', async () => {
      const name = `${registry.host}/team/base:1`
      const dockerfile = `ARG TAG=1\nFROM ${registry.host}/team/base:\${TAG} AS built\nFROM built\n`
      expect(await findWith(dockerfile)).toEqual({
        layers: 2,
        note: `Its base is ${name}, as Dockerfile:2 says.`,
      })
      const labelled = await findWith('FROM other', { labels: named(name) })
      expect(labelled.note).toBe(`Its base is ${name}, as its labels say.`)
      const gone = await findWith(dockerfile, { labels: named(`${registry.host}/team/base:gone`) })
      expect(gone.note).toBe(`Its base is ${name}, as Dockerfile:2 says.`)
    })

    it('is not the one that it names where the image has other layers', async () => {
      for (const tag of ['2', 'gone']) {
        const found = await findWith(`FROM ${registry.host}/team/base:${tag}`)
        expect(found.layers).toBeUndefined()
        expect(found.note).toMatch(/^Dockerfile:1 says that it stands on .*: its tag may have moved/)
      }
      const unknown = await findWith('ARG BASE\nFROM $BASE')
      expect(unknown.note).toBe('Dockerfile:2 takes its image from BASE, a build argument without a default.')
      expect((await findWith('FROM UPPER')).note).toContain('is no name of an image')
    })

    it('is nothing where it begins from scratch, unless the history knows better', async () => {
      expect(await findWith('\nFROM scratch')).toEqual({
        layers: 0,
        note: 'It has no base: Dockerfile:2 begins from scratch.',
      })
      const history = [
        { createdBy: "# debian.sh --arch 'amd64'" },
        { createdBy: 'RUN a' },
        { createdBy: 'COPY b' },
      ]
      expect((await findWith('FROM scratch', { config: { history } })).note).toMatch(/^Its base was found by/)
    })

    it('is what the daemon calls by that name, for an image that is on this machine', async () => {
      const bin = join(project, 'bin')
      await mkdir(bin)
      const layers = JSON.stringify(below.config.diffIds)
      await writeFile(join(bin, 'docker'), `#!/bin/sh\n[ "$6" = mine:1 ] && echo '${layers}'\n`)
      await chmod(join(bin, 'docker'), 0o755)
      const env = { PATH: `${bin}:/bin:/usr/bin` }
      const before = registry.seen.length
      expect(await findWith('FROM mine:1', { env, from: 'docker-daemon:api' })).toEqual({
        layers: 2,
        note: 'Its base is mine:1, as Dockerfile:1 says.',
      })
      expect(registry.seen).toHaveLength(before)
      const asked = await findWith(`FROM ${registry.host}/team/base:1`, { env, from: 'docker-daemon:api' })
      expect(asked.layers).toBe(2)
    })
  })
})

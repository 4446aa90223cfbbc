import { describe, expect, it } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { Failure } from '../../../src/failure.ts'
import { openImage } from '../../../src/host/images/open.ts'
import { writeImage } from '../../../src/host/images/write.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import type { Image } from '../../../src/image/source.ts'
import { withContext } from '../../fixtures/context.ts'
import { useFolder } from '../../fixtures/folder.ts'
import { bytesOf, containing } from '../../fixtures/session.ts'
import { createImage } from '../../fixtures/tiny-image.ts'
import { createClassicArchive } from '../../fixtures/tiny-sources.ts'

const image = createImage({ compressed: false })
const reference = parseImageReference('docker-daemon:example:1')
const path = useFolder()

/** A `docker` that does as the script says, and an environment in which it is found. */
async function docker(script: string): Promise<{ env: NodeJS.ProcessEnv }> {
  await mkdir(path('bin'), { recursive: true })
  await mkdir(path('tmp'), { recursive: true })
  await writeFile(path('bin', 'docker'), `#!/bin/sh\n${script}\n`)
  await chmod(path('bin', 'docker'), 0o755)
  return { env: { PATH: `${path('bin')}:/usr/bin:/bin`, TMPDIR: path('tmp') } }
}

const open = (overrides: { env: NodeJS.ProcessEnv }): Promise<Image> =>
  withContext((context) => openImage(reference, undefined, context), overrides)

const write = (
  overrides: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
  one: Image = image,
): Promise<unknown> => withContext((context) => writeImage([one], reference, { context }), overrides)

describe('reading from the daemon', () => {
  it('saves into a private folder that is gone afterwards', async () => {
    await writeFile(path('saved.tar'), createClassicArchive(image))
    const overrides = await docker(`cp ${path('saved.tar')} "$4" && echo "$@" > ${path('seen')}`)
    await withContext(async (context) => {
      const opened = await openImage(reference, undefined, context)
      expect(opened).toMatchObject({ source: 'docker-daemon', reference: 'docker-daemon:example:1' })
      const [layer = opened.manifest.config] = opened.manifest.layers
      expect((await bytesOf(opened.blobs.open(layer))).equals(image.tars[0] ?? Buffer.alloc(0))).toBe(true)
      expect(await readdir(path('tmp'))).toHaveLength(1)
    }, overrides)
    expect(await readdir(path('tmp'))).toEqual([])
    expect(await readFile(path('seen'), 'utf8')).toMatch(/^image save --output \S+ -- example:1\n$/)
  })

  it.each([
    [
      'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
      'does not answer',
      'DOCKER_HOST',
    ],
    ['failed to connect to the docker API at unix:///x', 'does not answer', 'start it'],
    ['Error response from daemon: reference does not exist', 'has no such image', 'docker pull'],
    ['Error response from daemon: No such image: example:1', 'has no such image', 'docker pull'],
    ['permission denied while trying to connect to the docker API', 'may not talk', 'group docker'],
    ['write /x: no space left on device', 'the disk is full', 'TMPDIR'],
  ])('says what %s means', async (said, message, hint) => {
    const overrides = await docker(`echo '${said}' >&2; exit 1`)
    await expect(open(overrides)).rejects.toMatchObject({
      message: containing(message),
      hint: containing(hint),
    })
    expect(await readdir(path('tmp'))).toEqual([])
  })

  it('says that there is no docker', async () => {
    await mkdir(path('tmp'))
    await expect(open({ env: { PATH: path(), TMPDIR: path('tmp') } })).rejects.toMatchObject({
      message: containing('docker'),
      hint: containing('install the docker command line'),
    })
  })
})

describe('loading into the daemon', () => {
  it('streams an archive with the name', async () => {
    await write(await docker(`cat > ${path('loaded.tar')}`))
    const loaded = await withContext((context) =>
      openImage(parseImageReference(`docker-archive:${path('loaded.tar')}:example:1`), undefined, context),
    )
    expect(loaded.digest).toBe(image.digest)
  })

  it('says why docker ended before it had read all', async () => {
    const large = createImage({ layers: [[['large', Buffer.alloc(1_000_000, 'x')]]], compressed: false })
    const overrides = await docker(`echo 'Cannot connect to the Docker daemon' >&2; exit 1`)
    await expect(write(overrides, large)).rejects.toThrow('does not answer')
  })

  it('says that there is no docker', async () => {
    await expect(write({ env: { PATH: path() } })).rejects.toMatchObject({
      message: containing('docker cannot be started'),
      hint: containing('install the docker command line'),
    })
  })

  it('does not let half an archive pass for a whole one', async () => {
    const overrides = await docker(`cat > ${path('loaded.tar')}; echo done > ${path('done')}`)
    const broken = createImage({
      blobs: {
        async *open() {
          await Promise.resolve()
          yield Buffer.from('x')
          throw new Failure('build', 'the source broke off')
        },
      },
    })
    await expect(write(overrides, broken)).rejects.toThrow('the source broke off')
    expect(await readdir(path())).not.toContain('done')
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const overrides = await docker('sleep 60')
    const endless = createImage({
      blobs: {
        async *open() {
          await Promise.resolve()
          yield Buffer.from('x')
          controller.abort(new Failure('build', 'interrupted'))
          await new Promise((done) => setTimeout(done, 20))
          yield Buffer.from('y')
        },
      },
    })
    await expect(write({ ...overrides, signal: controller.signal }, endless)).rejects.toThrow()
  })
})

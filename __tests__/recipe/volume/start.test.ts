import { execFileSync } from 'node:child_process'
import {
  mkdtemp,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

import { startProgram } from '../../../src/recipe/volume/start.py.ts'
import { startIndex, type PackageIndex } from '../../fixtures/package-index.ts'
import { createVolumeImage, start, type VolumeImage } from '../../fixtures/volume.ts'
import { createWheel } from '../../fixtures/wheel.ts'

const alpha = createWheel('alpha', '1.0')
const alphaNext = createWheel('alpha', '2.0')
const beta = createWheel('beta', '1.0', { 'beta/text.txt': 'x'.repeat(100_000) })
const name = (digit: string): string => digit.repeat(20)
const [first, second, third, fourth] = [name('1'), name('2'), name('3'), name('4')] as const

let folder: string
let volume: string
let index: PackageIndex
let image: VolumeImage

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'volume-')))
  volume = join(folder, 'venv')
  await mkdir(volume)
  index = await startIndex([alpha, alphaNext, beta])
  image = await createVolumeImage(join(folder, 'image'), volume, first, index, [alpha, beta])
})

afterEach(async () => {
  await index.close()
  await rm(folder, { recursive: true, force: true })
})

const upgraded = (): Promise<VolumeImage> =>
  createVolumeImage(join(folder, 'upgraded'), volume, second, index, [alphaNext, beta])
const imageOf = (environment: string): Promise<VolumeImage> =>
  createVolumeImage(join(folder, `image-${environment}`), volume, environment, index, [alpha])
const run = (
  which: VolumeImage,
  command: readonly string[],
  env?: Record<string, string>,
): ReturnType<typeof start>['ended'] => start(which, command, env).ended
const environments = async (): Promise<string[]> =>
  (await readdir(volume)).filter((entry) => /^[0-9a-f]{20}$/.test(entry)).sort()

describe('the start program', () => {
  it('is Python 3.9', () => {
    const check = 'import ast, sys; ast.parse(sys.stdin.read(), feature_version=(3, 9))'
    execFileSync('python3', ['-c', check], { input: startProgram() })
  })

  it('makes the environment at the first start', async () => {
    const { code, stdout, stderr } = await run(image, ['alpha'])
    expect(stderr).toContain('made it of 2 distributions')
    expect({ code, stdout }).toEqual({ code: 0, stdout: `alpha 1.0 ${join(volume, first)}\n` })
    expect(await readlink(join(volume, 'current'))).toBe(first)
  })

  it('starts without network, locks and words when the environment is there', async () => {
    await run(image, ['true'])
    await index.close()
    const { code, stdout, stderr } = await run(image, ['beta'], { UV_OFFLINE: '1' })
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `beta 1.0 ${join(volume, first)}\n`,
      stderr: '',
    })
  })

  it('makes a real virtual environment, whose scripts, modules and pip-like tools agree', async () => {
    const ask =
      'import sys, os, json, importlib.metadata as m; print(json.dumps([sys.prefix, sys.prefix != sys.base_prefix, os.environ["VIRTUAL_ENV"], os.environ["PATH"].split(":")[0], sorted(d.metadata["Name"] for d in m.distributions())]))'
    const { stdout } = await run(image, ['python', '-c', ask])
    const environment = join(volume, first)
    expect(JSON.parse(stdout)).toEqual([
      environment,
      true,
      environment,
      `${environment}/bin`,
      ['alpha', 'beta'],
    ])
  })

  it('imports from the folders of the image that it is told of', async () => {
    const paths = [join(folder, 'app')]
    await mkdir(join(folder, 'app'))
    await writeFile(join(folder, 'app', 'own.py'), 'print("own")')
    const own = await createVolumeImage(join(folder, 'own'), volume, second, index, [alpha], { paths })
    expect((await run(own, ['python', '-m', 'own'])).stdout).toBe('own\n')
  })

  it('syncs a changed lock beside the old environment, with what they share', async () => {
    await run(image, ['true'])
    const before = index.requests.length
    const { stdout } = await run(await upgraded(), ['alpha'])
    expect(stdout).toBe(`alpha 2.0 ${join(volume, second)}\n`)
    expect(await environments()).toEqual([first, second])
    expect(await readlink(join(volume, 'current'))).toBe(second)
    expect(index.requests.slice(before).filter((path) => path.includes('beta'))).toEqual([])
  })

  it('goes back at once, and an old container keeps its own environment', async () => {
    await run(image, ['true'])
    await run(await upgraded(), ['true'])
    const { stdout, stderr } = await run(image, ['alpha'], { PATH: `${volume}/current/bin:/usr/bin:/bin` })
    expect({ stdout, stderr }).toEqual({ stdout: `alpha 1.0 ${join(volume, first)}\n`, stderr: '' })
    expect(await readlink(join(volume, 'current'))).toBe(first)
  })

  it('does not start through the link, which moves under a process', async () => {
    await run(image, ['true'])
    const script = join(folder, 'script')
    const lines = ['import sys', 'print(sys.prefix, sys.flags.dont_write_bytecode, sys.argv[1:])', '']
    await writeFile(script, [`#!${volume}/current/bin/python -B`, ...lines].join('\n'), { mode: 0o755 })
    expect((await run(image, [script, 'a b'])).stdout).toBe(`${join(volume, first)} 1 ['a b']\n`)
    const ask = ['-c', 'import sys; print(sys.prefix)']
    const named = await run(image, [`${volume}/current/bin/python`, ...ask])
    expect(named.stdout).toBe(`${join(volume, first)}\n`)
  })

  it('lets one of two make it, and the other wait', async () => {
    const stalled = index.stall()
    const one = start(image, ['alpha'])
    await stalled
    const other = start(image, ['alpha'])
    await other.said('waiting for another container')
    index.release()
    const ended = await Promise.all([one.ended, other.ended])
    expect(ended.map(({ stdout }) => stdout)).toEqual(Array(2).fill(`alpha 1.0 ${join(volume, first)}\n`))
    expect(ended.filter(({ stderr }) => stderr.includes('made it of'))).toHaveLength(1)
  })

  it('becomes the command: its status, its signals', async () => {
    await run(image, ['true'])
    expect((await run(image, ['sh', '-c', 'exit 7'])).code).toBe(7)
    const sleeping = start(image, ['sh', '-c', 'echo up >&2; exec sleep 60'])
    await sleeping.said('up')
    sleeping.child.kill('SIGTERM')
    expect((await sleeping.ended).code).toBe('SIGTERM')
  })

  it('leaves the command the signals that Python ignores', async () => {
    await run(image, ['true'])
    const { stdout } = await run(image, ['grep', 'SigIgn', '/proc/self/status'])
    expect(stdout).toMatch(/^SigIgn:\t0{16}$/m)
  })

  it('says which command there is not', async () => {
    await run(image, ['true'])
    const missing = await run(image, ['no-such-command'])
    expect(missing).toMatchObject({ code: 127, stderr: expect.stringContaining('there is no such command') })
    expect(await run(image, [])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('no command to start'),
    })
    const script = join(folder, 'script')
    await writeFile(script, '#!/no/such/python\n', { mode: 0o755 })
    const orphan = await run(image, [script])
    expect(orphan).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('interpreter in its first line'),
    })
    expect(await run(image, [folder])).toMatchObject({ code: 126 })
    const folders = `${volume}/current/bin:${folder}:/usr/bin:/bin`
    await mkdir(join(folder, 'true'))
    expect(await run(image, ['true'], { PATH: folders })).toMatchObject({ code: 0 })
  })
})

describe('an interrupted sync', () => {
  const works = async (): Promise<void> => {
    expect((await run(image, ['alpha'])).stdout).toBe(`alpha 1.0 ${join(volume, first)}\n`)
    expect(await environments()).toEqual([first])
  }

  it('by kill -9 while it downloads, and the installer lives on', async () => {
    const stalled = index.stall()
    const killed = start(image, ['alpha'])
    await stalled
    killed.child.kill('SIGKILL')
    const other = start(image, ['alpha'])
    await other.said('waiting for another container')
    index.release()
    expect((await other.ended).stdout).toBe(`alpha 1.0 ${join(volume, first)}\n`)
    await works()
  })

  it('by kill -9 just before the mark', async () => {
    await run(image, ['true'])
    await rm(join(volume, first, '.complete'))
    await writeFile(join(volume, first, 'half'), '')
    await works()
    await expect(stat(join(volume, first, 'half'))).rejects.toThrow('ENOENT')
  })

  it('by kill -9 when everything is installed but the mark is missing', async () => {
    const { installer } = JSON.parse(await readFile(join(image.folder, 'start.json'), 'utf8')) as {
      installer: string
    }
    const wrapper = join(folder, 'installer')
    await writeFile(wrapper, `#!/bin/sh\n${installer} "$@"; kill -9 $PPID\n`, { mode: 0o755 })
    const doomed = await createVolumeImage(join(folder, 'doomed'), volume, first, index, [alpha, beta], {
      installer: wrapper,
    })
    expect(await run(doomed, ['alpha'])).toMatchObject({ code: 'SIGKILL', stdout: '' })
    expect(await environments()).toEqual([first])
    // A file of the half environment shows that it was not taken over.
    await writeFile(join(volume, first, 'half'), '')
    await works()
    await expect(stat(join(volume, first, 'half'))).rejects.toThrow('ENOENT')
  })

  it('by kill -9 before the link was switched', async () => {
    await run(image, ['true'])
    await rm(join(volume, 'current'))
    await works()
    expect(await readlink(join(volume, 'current'))).toBe(first)
  })

  it('by kill -9 at any moment', async () => {
    for (let delay = 20; delay <= 320; delay += 60) {
      const killed = start(image, ['true'])
      await new Promise((resolve) => setTimeout(resolve, delay))
      killed.child.kill('SIGKILL')
      await killed.ended
      await works()
      await rm(join(volume, first), { recursive: true })
    }
  })

  it('by SIGTERM ends with the installer', async () => {
    const stalled = index.stall()
    const ended = start(image, ['alpha'])
    await stalled
    ended.child.kill('SIGTERM')
    expect(await ended.ended).toMatchObject({ code: 143, stdout: '' })
    index.release()
    await works()
  })

  it('leaves nothing behind that stays', async () => {
    await mkdir(join(volume, third, 'lib'), { recursive: true })
    await mkdir(join(volume, `.old-${fourth}`))
    await mkdir(join(volume, 'somebody-elses'))
    await works()
    expect((await readdir(volume)).sort()).toEqual(['.cache', '.lock', first, 'current', 'somebody-elses'])
  })
})

describe('pruning', () => {
  it('keeps those that were used last', async () => {
    for (const [age, environment] of [first, second, third].entries()) {
      await run(await imageOf(environment), ['true'])
      await utimes(join(volume, environment, '.in-use'), age, age)
    }
    // A start is a use: the oldest is the youngest now.
    await run(await imageOf(first), ['true'])
    const { stderr } = await run(await imageOf(fourth), ['alpha'])
    expect(await environments()).toEqual([first, third, fourth])
    expect(stderr).toContain('removed 1 environment ')
  })

  it.each([
    ['made', false],
    ['found', true],
  ])(
    'never removes one in use by who has %s it, and takes the number from PYDEPS_VOLUME_KEEP',
    async (_, found) => {
      if (found) await run(image, ['true'])
      const server = start(image, ['sh', '-c', 'echo up >&2; exec sleep 60'])
      await server.said('up')
      await run(await imageOf(second), ['true'])
      await run(await imageOf(third), ['true'], { PYDEPS_VOLUME_KEEP: '1' })
      expect(await environments()).toEqual([first, third])
      server.child.kill()
      await server.ended
      await run(await imageOf(fourth), ['true'], { PYDEPS_VOLUME_KEEP: '1' })
      expect(await environments()).toEqual([fourth])
    },
  )

  it('drops what no environment has from the cache', async () => {
    const unpacked = async (): Promise<number> => (await readdir(join(volume, '.cache', 'archive-v0'))).length
    await run(image, ['true'])
    expect(await unpacked()).toBe(2)
    await run(await upgraded(), ['true'], { PYDEPS_VOLUME_KEEP: '1' })
    expect(await unpacked()).toBe(2)
    expect(await environments()).toEqual([second])
  })

  it('says that a number is none', async () => {
    const { code, stderr } = await run(image, ['true'], { PYDEPS_VOLUME_KEEP: 'few' })
    expect(code).toBe(0)
    expect(stderr).toContain("PYDEPS_VOLUME_KEEP is 'few'")
  })
})

describe('a sync that cannot be', () => {
  it('says so when the index is down, and does not take another environment', async () => {
    await run(image, ['true'])
    const next = await upgraded()
    await index.close()
    const { code, stdout, stderr } = await run(next, ['alpha'], { UV_HTTP_RETRIES: '0' })
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' })
    expect(stderr).toContain(`it has 1 of other locks (${first})`)
    expect(stderr).toContain('PYDEPS_INDEX_URL')
    expect(await environments()).toEqual([first])
  })

  it('takes the files from another index when it is given one', async () => {
    await index.close()
    const mirror = await startIndex([alpha, beta])
    try {
      const { stdout } = await run(image, ['alpha'], { PYDEPS_INDEX_URL: `${mirror.url}/simple` })
      expect(stdout).toBe(`alpha 1.0 ${join(volume, first)}\n`)
    } finally {
      await mirror.close()
    }
  })

  it('takes nothing without a hash from it', async () => {
    await writeFile(join(image.folder, 'requirements.txt'), 'alpha==1.0\n')
    const { code, stderr } = await run(image, ['alpha'], { PYDEPS_INDEX_URL: `${index.url}/simple` })
    expect(code).toBe(69)
    expect(stderr).toMatch(/hash/)
  })

  it('refuses a file that is not the locked one', async () => {
    const other = createWheel('alpha', '1.0', { 'alpha/more.py': '' })
    const wrong = await startIndex([other])
    try {
      const locked = { ...other, sha256: alpha.sha256 }
      const tampered = await createVolumeImage(join(folder, 'tampered'), volume, second, wrong, [locked])
      for (const env of [{}, { UV_DEFAULT_INDEX: `${wrong.url}/simple` }]) {
        const { code, stderr } = await run(tampered, ['alpha'], env)
        expect(code).toBe(69)
        expect(stderr).toMatch(/hash mismatch/i)
      }
      expect(await environments()).toEqual([])
    } finally {
      await wrong.close()
    }
  })

  it('refuses to take nothing for something', async () => {
    const nothing = await createVolumeImage(join(folder, 'nothing'), volume, second, index, [], {
      distributions: 2,
    })
    const { code, stderr } = await run(nothing, ['true'])
    expect(code).toBe(69)
    expect(stderr).toContain('none of the 2 locked distributions')
    expect(await environments()).toEqual([])
  })

  it('names the path and the user when it may not write', async () => {
    const forbidden = await createVolumeImage(join(folder, 'forbidden'), '/proc/1/venv', second, index, [
      alpha,
    ])
    const { code, stderr } = await run(forbidden, ['true'])
    expect({ code, text: /\/proc\/1\/venv/.test(stderr) }).toEqual({ code: expect.any(Number), text: true })
    expect(stderr).not.toContain('Traceback')
  })

  it('warns that nothing is mounted', async () => {
    const { stderr } = await run(image, ['true'], { PYDEPS_ALLOW_EPHEMERAL: '' })
    expect(stderr).toMatch(/no volume is mounted|in memory \(tmpfs\)/)
  })
})

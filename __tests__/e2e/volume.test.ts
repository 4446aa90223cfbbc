import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'

import { renderComposeService } from '../../src/recipe/volume/compose.ts'
import { renderStartConfig } from '../../src/recipe/volume/config.ts'
import { startEntrypoint, volumePlaces } from '../../src/recipe/volume/places.ts'
import { startProgram } from '../../src/recipe/volume/start.py.ts'
import { describeWithEngine, docker, dockerEnv } from '../fixtures/engine.ts'
import { startIndex, type PackageIndex } from '../fixtures/package-index.ts'
import { hostUv, renderPylock } from '../fixtures/volume.ts'
import { createWheel, type Wheel } from '../fixtures/wheel.ts'

const user = '10001:10001'
const first = '1'.repeat(20)
const second = '2'.repeat(20)
const alpha = createWheel('alpha', '1.0')
const alphaNext = createWheel('alpha', '2.0')

describeWithEngine('mode volume in a container', (engine) => {
  const id = `volume-e2e-${process.pid}`
  const [image, next] = [`${id}:1`, `${id}:2`] as const
  let folder: string
  let interpreter: string
  let index: PackageIndex
  let volume: string
  let count = 0

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'volume-e2e-'))
    index = await startIndex([alpha, alphaNext])
    const ask = [
      'run',
      '--rm',
      'python:3.13-slim',
      'python3',
      '-c',
      'import os,sys;print(os.path.realpath(sys.executable),"%d.%d.%d"%sys.version_info[:3])',
    ]
    const [path = '', version = ''] = (await docker(engine, 'containerd', ask)).stdout.trim().split(' ')
    interpreter = path
    await buildImage(image, first, alpha, version)
    await buildImage(next, second, alphaNext, version)
  }, 120_000)

  afterAll(async () => {
    await docker(engine, 'containerd', ['rmi', '--force', image, next])
    await index.close()
    await rm(folder, { recursive: true, force: true })
  })

  beforeEach(() => {
    volume = `${id}-${(count += 1)}`
  })

  afterEach(async () => {
    index.release()
    const running = await docker(engine, 'containerd', [
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `volume=${volume}`,
    ])
    const containers = running.stdout.split('\n').filter((line) => line !== '')
    if (containers.length > 0)
      await docker(engine, 'containerd', ['rm', '--force', '--volumes', ...containers])
    await docker(engine, 'containerd', ['volume', 'rm', '--force', volume])
  })

  /** The image as an engine makes it: the project's own package in it, its dependency not. */
  async function buildImage(tag: string, environment: string, wheel: Wheel, python: string): Promise<void> {
    const context = join(folder, environment)
    const minor = python.split('.').slice(0, 2).join('.')
    const own = `app/lib/python${minor}/site-packages/own`
    await mkdir(join(context, own), { recursive: true })
    await mkdir(join(context, 'app/bin'))
    await mkdir(join(context, 'bin'))
    const write = (name: string, text: string): Promise<void> => writeFile(join(context, name), text)
    await write(
      `${own}/__init__.py`,
      'import alpha, os, sys\ndef main():\n    print(alpha.version, sys.prefix, os.getuid())\n',
    )
    await write('app/bin/own', `#!/venv/${environment}/bin/python\nfrom own import main\nmain()\n`)
    await chmod(join(context, 'app/bin/own'), 0o755)
    await write('pylock.toml', renderPylock(index, [wheel]))
    await write('start.py', startProgram())
    await write(
      'start.json',
      renderStartConfig({
        volume: '/venv',
        environment,
        interpreter,
        python,
        distributions: 1,
        paths: [`/opt/app/lib/python${minor}/site-packages`],
      }),
    )
    await copyFile((await hostUv()).path, join(context, 'bin/uv'))
    await write(
      'Dockerfile',
      `FROM python:3.13-slim
COPY app /opt/app
COPY bin ${volumePlaces.folder}/bin
COPY start.py start.json pylock.toml ${volumePlaces.folder}/
RUN mkdir /venv && chown ${user} /venv
USER ${user}
ENV PATH=/venv/${environment}/bin:/opt/app/bin:/usr/bin:/bin
ENTRYPOINT ${JSON.stringify(startEntrypoint(interpreter))}
CMD ["own"]
`,
    )
    await docker(engine, 'containerd', ['build', '--quiet', '--provenance=false', '--tag', tag, context])
  }

  interface Ended {
    readonly code: number
    readonly stdout: string
    readonly stderr: string
  }

  function run(args: readonly string[]): Promise<Ended> {
    const env = dockerEnv(engine, 'containerd')
    return new Promise((resolve) => {
      execFile(engine.docker, ['run', '--rm', ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
      })
    })
  }

  const mounted = (): string[] => ['--volume', `${volume}:/venv`]
  const online = ['--network', 'host']
  const offline = ['--network', 'none']
  const expected = `1.0 /venv/${first} 10001\n`

  it('syncs once into a fresh named volume, then starts without network', async () => {
    const sync = await run([...online, ...mounted(), image])
    expect(sync).toMatchObject({ code: 0, stdout: expected, stderr: expect.stringContaining('made it of 1') })
    expect(sync.stderr).not.toContain('WARNING')
    const ordinary = await run([...offline, ...mounted(), image])
    expect(ordinary).toEqual({ code: 0, stdout: expected, stderr: '' })
  })

  it('works with a read-only container, and then with a read-only volume', async () => {
    const sync = await run([...online, '--read-only', ...mounted(), image])
    expect(sync).toMatchObject({ code: 0, stdout: expected })
    const ordinary = await run([...offline, '--read-only', '--volume', `${volume}:/venv:ro`, image])
    expect(ordinary).toEqual({ code: 0, stdout: expected, stderr: '' })
  })

  it('keeps an old container on its environment while a new one syncs its own', async () => {
    const old = ['run', '--detach', ...online, ...mounted(), image, 'sleep', '60']
    const container = (await docker(engine, 'containerd', old)).stdout.trim()
    const own = (): Promise<{ stdout: string }> => docker(engine, 'containerd', ['exec', container, 'own'])
    await waitForEnvironment()
    expect(await run([...online, ...mounted(), '--env', 'PYDEPS_VOLUME_KEEP=1', next])).toMatchObject({
      code: 0,
      stdout: `2.0 /venv/${second} 10001\n`,
    })
    expect((await own()).stdout).toBe(expected)
    expect(await run([...offline, ...mounted(), image])).toMatchObject({ code: 0, stdout: expected })

    async function waitForEnvironment(): Promise<void> {
      for (;;) {
        try {
          await own()
          return
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    }
  })

  it('lets one of two containers sync', async () => {
    const stalled = index.stall()
    const both = [1, 2].map(() => run([...online, ...mounted(), image]))
    await stalled
    index.release()
    const ended = await Promise.all(both)
    expect(ended.map(({ stdout }) => stdout)).toEqual([expected, expected])
    expect(ended.filter(({ stderr }) => stderr.includes('made it of'))).toHaveLength(1)
  })

  it.each([
    ['KILL', 137],
    ['TERM', 143],
  ])('starts after a SIG%s in the middle of a sync', async (signal, status) => {
    const stalled = index.stall()
    const name = `${volume}-${signal.toLowerCase()}`
    const killed = run(['--name', name, ...online, ...mounted(), image])
    await stalled
    await docker(engine, 'containerd', ['kill', '--signal', signal, name])
    expect(await killed).toMatchObject({ code: status, stdout: '' })
    index.release()
    expect(await run([...online, ...mounted(), image])).toMatchObject({ code: 0, stdout: expected })
  })

  it('says how to mend a volume that belongs to root, and that mends it', async () => {
    expect(await run(['--user', '0', ...online, ...mounted(), next])).toMatchObject({ code: 0 })
    const root = ['--user', '0', '--entrypoint', 'chown', ...mounted(), image, '0:0', '/venv']
    expect(await run(root)).toMatchObject({ code: 0 })
    // What root has made can be read, and so used, but a new lock cannot be synced.
    const ordinary = await run([...offline, ...mounted(), next])
    expect(ordinary).toMatchObject({ code: 0, stdout: `2.0 /venv/${second} 10001\n` })
    const refused = await run([...online, ...mounted(), image])
    expect(refused.code).toBe(78)
    expect(refused.stderr).toContain(`user ${user} of this container may not write /venv/.lock`)
    const hint = /^pydeps: {3}docker run --rm (.*)$/m.exec(refused.stderr)?.[1] ?? ''
    const mend = hint.replace('VOLUME', volume).replace('IMAGE', image).split(' ')
    expect(await run(mend)).toMatchObject({ code: 0 })
    expect(await run([...online, ...mounted(), image])).toMatchObject({ code: 0, stdout: expected })
  })

  it('says that a read-only volume has no environment for it', async () => {
    const { code, stderr } = await run([...online, '--volume', `${volume}:/venv:ro`, image])
    expect(code).toBe(78)
    expect(stderr).toContain(`/venv is mounted read-only, and has no environment ${first}`)
  })

  it.each<[string, readonly string[], string]>([
    ['no volume', [], 'no volume is mounted at /venv'],
    ['a volume without a name', ['--volume', '/venv'], 'the volume at /venv has no name'],
    ['memory', ['--tmpfs', '/venv:exec,uid=10001,gid=10001'], '/venv is in memory (tmpfs)'],
  ])('warns of %s', async (_, mount, warning) => {
    const { code, stdout, stderr } = await run([...online, ...mount, image])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expected })
    expect(stderr).toContain(`WARNING: ${warning}`)
  })

  it('runs as the compose service that comes with it', async () => {
    const project = join(folder, 'compose')
    await mkdir(project)
    await writeFile(
      join(project, 'compose.yaml'),
      renderComposeService({ service: 'web', image, mount: '/venv' }),
    )
    await writeFile(join(project, 'online.yaml'), 'services: { web: { network_mode: host } }\n')
    const compose = (...args: string[]): Promise<Ended> =>
      new Promise((resolve) => {
        const all = ['compose', '-p', volume, ...args]
        const options = { cwd: project, env: dockerEnv(engine, 'containerd') }
        execFile(engine.docker, all, options, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
        })
      })
    try {
      const sync = await compose('-f', 'compose.yaml', '-f', 'online.yaml', 'run', '--rm', '-T', 'web')
      expect(sync).toMatchObject({ code: 0, stdout: expected })
      expect(sync.stderr).not.toContain('WARNING')
      const requests = index.requests.length
      const ordinary = await compose('-f', 'compose.yaml', 'run', '--rm', '-T', 'web')
      expect(ordinary).toMatchObject({ code: 0, stdout: expected })
      expect(index.requests).toHaveLength(requests)
    } finally {
      await compose('-f', 'compose.yaml', 'down', '--volumes')
    }
  })
})

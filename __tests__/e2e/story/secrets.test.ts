import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesLeft, leaks, type Left } from '../../fixtures/leaks.ts'
import { type FakeRegistry, startRegistry } from '../../fixtures/registry.ts'
import { createSource } from '../../fixtures/distribution.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type Job, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })

/** Built on the machine of the job, with its environment. */
const made = createSource('made', '1.0')

const secrets = {
  'password of the index': 'index+canary/7f3a91',
  'password of the registry': 'registry+canary/c04d55',
  /** In the environment, where the builds of packages look for theirs. */
  'secret of a build': 'build+canary/5e27d8',
}
/** No secret: a text of the app, by which the search shows that it finds. */
const planted = 'planted+canary/11aa22'

let world: World
let registry: FakeRegistry
let docker: string
beforeAll(async () => {
  const password = secrets['password of the registry']
  world = await createWorld([alpha, made], { indexPassword: secrets['password of the index'] })
  registry = await startRegistry({ kind: 'bearer', users: { pusher: password } })
  docker = await world.site.newFolder('docker')
  const auth = Buffer.from(`pusher:${password}`).toString('base64')
  await writeFile(join(docker, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
}, 300_000)
afterAll(async () => {
  await registry.close()
  await world.close()
})

function logins(password = secrets['password of the index']): NodeJS.ProcessEnv {
  const index = new URL(`${world.site.index.url}/simple`)
  index.username = 'reader'
  index.password = password
  const build = { BUILD_TOKEN: secrets['secret of a build'] }
  return { UV_DEFAULT_INDEX: index.href, DOCKER_CONFIG: docker, ...build }
}

/** The installer in the image comes from where everyone has it, besides. */
function loginsBeside(): NodeJS.ProcessEnv {
  const { UV_DEFAULT_INDEX: own, ...rest } = logins()
  const network = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']
  const given = [...network, 'UV_DEFAULT_INDEX'].map((name) => [name, process.env[name]])
  return { ...rest, ...(Object.fromEntries(given) as NodeJS.ProcessEnv), UV_INDEX: own }
}

/** A project whose files the index is asked for. */
function project(): Record<string, string> {
  return {
    'requirements.txt': [alpha, made]
      .map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`)
      .join(''),
    'pyproject.toml': '[project]\nname = "api"\nversion = "1.0"\nrequires-python = ">=3.11"\n',
    'app.py': `print("${planted}")\n`,
  }
}

/** All that a job left: on its machine, in the log, in the services around it. */
async function left(job: Job): Promise<Left> {
  const { cache } = world.results
  const { artifacts, comments, identities } = world.github.state
  const own = [...identities.keys()]
  const named = <T>(kind: string, all: Iterable<T>, bytes: (one: T) => Uint8Array | string): Left =>
    Object.fromEntries([...all].map((one, i) => [`${kind} ${i}`, bytes(one)]))
  expect(own).not.toEqual([])
  return {
    ...(await filesLeft(job.folder)),
    ...{ log: job.log, postLog: job.postLog, summary: job.summary },
    ...{ outputs: JSON.stringify(job.outputs), state: JSON.stringify(job.state) },
    ...named('cache', cache.entries, ({ key, bytes }) => Buffer.concat([Buffer.from(key), bytes])),
    ...named('artifact', artifacts.values(), ({ zip }) => zip),
    ...named('comment', comments.values(), ({ body }) => body),
    ...named('blob', registry.blobs.values(), (bytes) => bytes),
    ...named('manifest', registry.manifests.values(), ({ bytes }) => bytes),
  }
}

function all(): Record<string, string> {
  const tokens = [...world.github.state.identities.keys()]
  return { ...secrets, ...Object.fromEntries(tokens.map((token, i) => [`token ${i}`, token])) }
}

describe.each(['ship', 'volume'])('in mode %s', (mode) => {
  it('a job leaves no secret anywhere', async () => {
    const tags = `${registry.host}/team/api:${mode}`
    const inputs = { mode, tags, push: 'true', output: 'oci:image', 'upload-report': 'true' }
    const job = await world.push(`main-${mode}`, project(), {
      inputs,
      env: mode === 'ship' ? logins() : loginsBeside(),
    })
    expect(job).toMatchObject({ status: 0, postStatus: 0, errors: [] })
    expect(registry.manifests.has(`team/api:${mode}`)).toBe(true)
    const everything = await left(job)
    expect(leaks({ planted }, everything)).toEqual(
      expect.arrayContaining([expect.stringMatching(/blobs\/sha256\//)]),
    )
    expect(leaks(all(), everything)).toEqual([])
  }, 300_000)
})

it('what fails for a wrong login does not tell it', async () => {
  const wrong = { 'wrong password': 'wrong+canary/90ab12' }
  const job = await world.push('wrong', project(), { env: logins(wrong['wrong password']) })
  expect(job).toMatchObject({ status: 1, errors: [expect.stringContaining('alpha')] })
  expect(leaks({ ...all(), ...wrong }, await left(job))).toEqual([])
}, 300_000)

it('the search finds what is compressed in what is compressed', async () => {
  const folder = await world.site.newFolder('control')
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'a/plain'), `https://reader:${encodeURIComponent(planted)}@index`)
  await writeFile(join(folder, 'a/basic'), Buffer.from(`reader:${planted}`).toString('base64'))
  expect(leaks({ planted }, await filesLeft(folder))).toEqual(['planted in a/basic', 'planted in a/plain'])
  expect(await readFile(join(docker, 'config.json'), 'utf8')).toContain('auth')
  expect(leaks(secrets, await filesLeft(docker))).toEqual(['password of the registry in config.json'])
})

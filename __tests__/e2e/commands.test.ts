import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { symlink } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSite, type Site } from '../fixtures/built.ts'
import { bundled } from '../fixtures/bundle.ts'
import { type StartedCacheService, startCacheService } from '../fixtures/cache-service.ts'
import { createSource } from '../fixtures/distribution.ts'
import { pullRequestEvent } from '../fixtures/events.ts'
import { type ActionResult, runAction } from '../fixtures/runner.ts'
import { commandsIn, runnerCommands } from '../fixtures/runner-commands.ts'
import type { Wheel } from '../fixtures/wheel.ts'

/** Texts of a place where strangers write, numbered so that they are found again in a log. */
type Texts = (place: string) => readonly string[]

/** A command in both syntaxes, in four disguises each. */
function disguised(command: string): Texts {
  return (place) => [
    `::${command} name=a::${place}0`,
    ` \t::${command}::${place}1`,
    `a\r::${command}::${place}2`,
    `:\u200b:${command}::${place}3`,
    `##[${command}]${place}4`,
    `#5 0.1 ##[${command} name=a;]${place}5`,
    `a\n##[${command}]${place}6`,
    `#\u200d#[${command}]${place}7`,
  ]
}

const numbers = [0, 1, 2, 3, 4, 5, 6, 7] as const
const harmless: Texts = (place) => numbers.map((i) => `${place}${i}`)

/** Two packages that are built, and whose builds print such texts, by what they are: only the last lines are shown. */
const printing = new Map<string, readonly Wheel[]>(
  ['harmless', ...runnerCommands].map((name, i) => {
    const texts = (name === 'harmless' ? harmless : disguised(name))('build')
    const source = (package_: string, said: readonly string[]): Wheel =>
      createSource(package_, `1.${i}`, { gives: { fails: said.join('\n') } })
    return [name, [source('one', texts.slice(0, 4)), source('two', texts.slice(4))]]
  }),
)

let site: Site
let main: string
let api: Server
let cache: StartedCacheService
let answer = ''
beforeAll(async () => {
  site = await createSite([...printing.values()].flat())
  main = join(await bundled(), 'main/index.js')
  cache = await startCacheService()
  api = createServer((_, response) =>
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ message: answer })),
  )
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
}, 300_000)
afterAll(async () => {
  api.closeAllConnections()
  await new Promise((resolve) => api.close(resolve))
  await cache.close()
  await site.close()
})

async function start(
  workspace: string,
  about: Partial<Parameters<typeof runAction>[0]>,
): Promise<ActionResult> {
  return runAction({
    main,
    temp: await site.newFolder('runner'),
    workspace,
    ...about,
    env: { ...(await site.env(await site.newFolder('store'))), ...about.env },
  })
}

/** A build that is compared with an image whose packages are called so. */
async function comparedWith(texts: Texts): Promise<ActionResult> {
  const packages = 'opt/venv/lib/python3.13/site-packages'
  const image = await site.writeBase({
    more: texts('package').map((text, i) => [
      `${packages}/p${i}-1.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${text}\nVersion: ${text}\n\n${'x'.repeat(1000 * (i + 1))}`,
    ]),
  })
  const inputs = { 'base-image': site.base, command: 'python app.py', baseline: image }
  return start(await site.project([], { 'app.py': 'print("app")\n' }), { inputs })
}

/** A pull request whose names are such texts: of files, branches, labels; and GitHub's answer is one. */
async function namedSo(texts: Texts): Promise<ActionResult> {
  const workspace = await site.project([], { 'app.py': 'print("app")\n' })
  for (const text of texts('file')) await symlink('/nowhere', join(workspace, text))
  const place = { repository: 'acme/api' }
  const sha = 'a'.repeat(40)
  // No more than a branch's name may have; it is shown in the middle of a line.
  const ends = { ref: texts('branch').slice(-4).join(' '), sha, repository: place.repository }
  const about = {
    number: 1,
    title: ends.ref,
    state: 'open',
    locked: false,
    labels: [...texts('label')],
  } as const
  const pull = { ...about, labels: [...about.labels], base: ends, head: ends }
  const { event, payload, env } = pullRequestEvent(place, { pull, merge: sha })
  answer = texts('answer').join('\n')
  return start(workspace, {
    event,
    payload,
    env: {
      ...env,
      ...cache.env(),
      ...{ GITHUB_REPOSITORY: place.repository, GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1' },
      GITHUB_WORKFLOW_REF: `${place.repository}/.github/workflows/image.yml@refs/pull/1/merge`,
      GITHUB_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    },
    inputs: {
      ...{ 'base-image': site.base, command: 'python app.py', comment: 'always', token: 'none' },
      name: texts('image').join(' '),
    },
  })
}

/** A project one of whose packages is built, and whose build prints these texts. */
async function building(name: string): Promise<ActionResult> {
  return start(await site.project(printing.get(name) ?? []), { inputs: { 'base-image': site.base } })
}

let control: { readonly named: ActionResult; readonly compared: ActionResult; readonly built: ActionResult }
beforeAll(async () => {
  control = {
    named: await namedSo(harmless),
    compared: await comparedWith(harmless),
    built: await building('harmless'),
  }
}, 300_000)

it('such texts reach the log', () => {
  const shown = [...['file', 'answer', 'image'].flatMap(harmless), ...harmless('branch').slice(-4)]
  for (const text of shown) expect(control.named.log).toContain(text)
  for (const text of harmless('package')) expect(control.compared.log).toContain(text)
  for (const text of harmless('build')) expect(control.built.log).toContain(text)
})

/** What a job made the runner do is what the same job does where no one means any harm. */
function expectHarmless(job: ActionResult, like: ActionResult): void {
  expect(commandsIn(job.log)).toEqual(commandsIn(like.log))
  expect(commandsIn(job.log, { culture: true })).toEqual(commandsIn(like.log))
  expect(job.status).toBe(like.status)
  expect(Object.keys(job.outputs)).toEqual(Object.keys(like.outputs))
  expect(Object.keys(job.state)).toEqual(Object.keys(like.state))
}

describe.each(runnerCommands)('%s', (name) => {
  it('is no command in the names of a pull request', async () => {
    expectHarmless(await namedSo(disguised(name)), control.named)
  }, 120_000)

  it('is no command in the names of packages', async () => {
    expectHarmless(await comparedWith(disguised(name)), control.compared)
  }, 120_000)

  it('is no command in the output of a build', async () => {
    expectHarmless(await building(name), control.built)
  }, 120_000)
})

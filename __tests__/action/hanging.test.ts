import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArtifactClient } from '../../src/action/artifact/client.ts'
import { remoteLineage } from '../../src/action/baseline/lineage.ts'
import { createCacheClient } from '../../src/action/cache/client.ts'
import { comment } from '../../src/action/comment/comment.ts'
import { labelsOf } from '../../src/action/labels.ts'
import { createPatience, usedUp } from '../../src/action/patience.ts'
import { run } from '../../src/host/process.ts'
import { bundled } from '../fixtures/bundle.ts'
import { createCacheService } from '../fixtures/cache-service.ts'
import { createReport } from '../fixtures/report.ts'

let server: Server
let asked: string[]
let folder: string
let dist: string
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  server = createServer((request) => void asked.push(request.url ?? ''))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  folder = await mkdtemp(join(tmpdir(), 'hanging-'))
  dist = await bundled()
  env = {
    ...{ PATH: process.env['PATH'], RUNNER_TEMP: folder, GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: url },
    ...{
      ACTIONS_RESULTS_URL: url,
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RUNTIME_TOKEN: createCacheService().token(),
    },
  }
}, 120_000)
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const sha = 'a'.repeat(40)
const pull = { repository: 'acme/api', number: 7 }
const target = { pull, mark: { run: 1, attempt: 1, sha }, isFork: false, workflow: 'image.yml' }

/** Each service, and what it answers where nothing comes of it. */
function services(ms: number): Record<string, { ask: () => Promise<unknown>; nothing: object | undefined }> {
  const patience = createPatience(ms)
  const access = { env, token: 'token', patience }
  const cache = createCacheClient({ run, program: join(dist, 'cache/index.js'), env, patience })
  const artifacts = createArtifactClient({ run, program: join(dist, 'upload/index.js'), env, patience })
  const failed = { kind: 'failed', severity: 'warning' }
  const file = join(folder, 'given')
  return {
    restore: { ask: () => cache.restore(join(folder, 'got'), 'a', []), nothing: failed },
    labels: { ask: () => labelsOf(pull, access), nothing: undefined },
    lineage: { ask: () => remoteLineage(sha, pull.repository, access), nothing: undefined },
    comment: {
      ask: () => comment([createReport()], target, { comment: 'always' }, access),
      nothing: { kind: 'failed', trouble: { level: 'warning', lacksPermission: false } },
    },
    upload: { ask: () => artifacts.upload({ name: 'x', files: [file], root: folder }), nothing: failed },
    save: { ask: () => cache.save(file, 'a'), nothing: failed },
  }
}

it.each(['restore', 'labels', 'comment', 'upload'])(
  'where everything hangs, what waits first, as %s, has all the time there is, and the others are not asked',
  async (first) => {
    await writeFile(join(folder, 'given'), 'text')
    const { [first]: one, ...others } = services(1_500)
    asked = []
    const came = await one?.ask()
    if (one?.nothing === undefined) expect(came).toBeUndefined()
    else expect(came).toMatchObject(one.nothing)
    expect(asked).toHaveLength(1)
    for (const { ask, nothing } of Object.values(others)) {
      const came = await ask()
      if (nothing === undefined) expect(came).toBeUndefined()
      else expect(came).toMatchObject(nothing)
      if (nothing !== undefined) expect(JSON.stringify(came)).toContain(usedUp)
    }
    expect(asked).toHaveLength(1)
  },
  60_000,
)

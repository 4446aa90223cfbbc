import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import type { RunEvent } from '../../../src/action/occasion.ts'
import { createBaselines } from '../../../src/action/baseline/baselines.ts'
import { baselineKeys } from '../../../src/action/baseline/keys.ts'
import { createPatience } from '../../../src/action/patience.ts'
import type { CacheFailure } from '../../../src/file-cache.ts'
import type { CommitGraph } from '../../../src/ports.ts'
import { createMemoryCache, type MemoryCache } from '../../fixtures/file-cache.ts'
import { createReport, createVerdict } from '../../fixtures/report.ts'

const identity = { name: 'api', platforms: ['linux/amd64'] }
const commit = (n: number): string => String(n).padStart(2, '0').repeat(20)
const push: RunEvent = { kind: 'push', branch: 'main', before: commit(1) }
const pullRequest: RunEvent = {
  ...{ kind: 'pull_request', number: 7, head: commit(9), labels: [] },
  base: { branch: 'main', sha: commit(2) },
}

let cache: MemoryCache
let log: string
beforeEach(() => {
  cache = createMemoryCache()
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** A run of an event on a commit of a line of them: `commit(n)` comes after `commit(n - 1)`. */
function runOf(
  event: RunEvent,
  n: number,
  { isKept = true, out = n } = {},
): { find: () => Promise<string>; keep: () => Promise<void> } {
  const graph: CommitGraph = {
    head: () => Promise.resolve({ sha: commit(out), parents: out > 1 ? [commit(out - 1)] : [] }),
    ancestors: (sha) => {
      const length = Number(sha.slice(0, 2))
      return Promise.resolve(Array.from({ length }, (_, i) => commit(length - i)))
    },
    mergeBase: () => Promise.resolve(commit(2)),
  }
  const baselines = createBaselines({
    occasion: { event, repository: 'acme/api', sha: commit(n) },
    settings: { baseline: 'auto', token: undefined },
    cache: isKept ? cache : undefined,
    env: {},
    patience: createPatience(),
  })
  return {
    async find() {
      const found = await baselines.find(identity, graph)
      return found.kind === 'found' ? found.baseline.text : (found.note ?? '')
    },
    async keep() {
      await baselines.find(identity, graph)
      await baselines.keep(identity, [{ ...createReport(), verdict: createVerdict('download > 1 GB') }])
    },
  }
}

const measured = (): readonly string[] => [...cache.entries.keys()].map((key) => key.slice(-40))

it.each<[string, RunEvent, boolean]>([
  ['a push', push, true],
  ['the clock on the default branch', { kind: 'branch', branch: 'main', isDefault: true }, true],
  ['a hand on another branch', { kind: 'branch', branch: 'topic', isDefault: false }, false],
  ['a pull request', pullRequest, false],
  ['a merge group', { kind: 'merge_group', base: { branch: 'main', sha: commit(2) } }, false],
  ['a release', { kind: 'other' }, false],
])('what %s measures is left for others, or is not', async (_, event, left) => {
  await runOf(event, 3).keep()
  expect(measured()).toEqual(left ? [commit(3)] : [])
  expect(log).toBe('')
})

it.each<[string, RunEvent, string]>([
  ['a push', push, 'main@0101010'],
  ['the first push of a branch', { kind: 'push', branch: 'main', before: undefined }, 'main@0202020'],
  [
    'a hand',
    { kind: 'branch', branch: 'main', isDefault: true },
    'main@0202020, 1 commit behind this commit',
  ],
  ['a pull request', pullRequest, 'main@0202020'],
  ['a merge group', { kind: 'merge_group', base: { branch: 'main', sha: commit(1) } }, 'main@0101010'],
  ['a release', { kind: 'other' }, 'main@0202020, 1 commit behind this commit'],
])('%s is compared with what comes before it', async (_, event, text) => {
  for (const n of [1, 2]) await runOf(push, n).keep()
  expect(await runOf(event, 3).find()).toBe(text)
})

it('where nothing was measured it is said what to do, and the runs that do it say so', async () => {
  const nothing = 'there is no baseline to compare with: nothing was'
  const later = 'later runs are compared with what this one measures'
  expect(await runOf(pullRequest, 3).find()).toBe(
    `${nothing} measured at main@0202020 or before it; run this workflow on pushes to main once`,
  )
  expect(await runOf({ kind: 'other' }, 3).find()).toContain('on pushes to the default branch once')
  expect(await runOf(push, 2).find()).toBe(`${nothing} measured at main@0101010 or before it; ${later}`)
  const first: RunEvent = { ...push, before: undefined }
  expect(await runOf(first, 1).find()).toBe(`${nothing} pushed before; ${later}`)
  expect(await runOf(push, 2, { isKept: false }).find()).toContain('`cache: false` keeps no measurements')
})

it('a commit that is not checked out is not what its branch measured', async () => {
  await runOf(push, 3, { out: 4 }).keep()
  expect(measured()).toEqual([])
  expect(log).toBe(`no baseline is kept: ${commit(4)} was built, and main is at ${commit(3)}\n`)
})

it.each<[CacheFailure['severity'], RegExp]>([
  ['warning', /^::warning::no baseline was kept for pull requests: away\n$/],
  ['notice', /^no baseline was kept for pull requests: away\n$/],
])('a cache that fails is said to have: %s', async (severity, said) => {
  cache.failure = { kind: 'failed', severity, reason: 'away' }
  await runOf(push, 3).keep()
  expect(log).toMatch(said)
  expect(await runOf(push, 3).find()).toBe('there is no baseline to compare with: away')
})

it('a commit that was measured twice keeps what it measured first', async () => {
  await runOf(push, 3).keep()
  const before = cache.entries.get(baselineKeys(identity).of(commit(3)))
  await runOf(push, 3).keep()
  expect(cache.entries.get(baselineKeys(identity).of(commit(3)))).toBe(before)
  expect(log).toBe('')
})

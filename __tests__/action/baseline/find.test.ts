import { beforeEach, describe, expect, it } from '@jest/globals'
import type { BaselineDocument } from '../../../src/action/baseline/document.ts'
import { type BaselineEntries, createEntries } from '../../../src/action/baseline/entries.ts'
import { findDocument, type Found } from '../../../src/action/baseline/find.ts'
import { baselineKeys } from '../../../src/action/baseline/keys.ts'
import { historyPoint } from '../../../src/compare/history.ts'
import { createMemoryCache, type MemoryCache } from '../../fixtures/file-cache.ts'
import { createMeasurement } from '../../fixtures/measurement.ts'

const identity = { name: 'api', platforms: ['linux/amd64'] }
/** The commits of main, the newest first. */
const line = Array.from({ length: 30 }, (_, i) => commit(30 - i))
const wanted = { commit: commit(30), branch: 'main', role: 'the merge base' }

let cache: MemoryCache
let entries: BaselineEntries
beforeEach(() => {
  cache = createMemoryCache()
  entries = createEntries(cache, identity, {})
})

function commit(n: number): string {
  return String(n).padStart(2, '0').repeat(20)
}

function documentOf(sha: string, before: readonly string[] = []): BaselineDocument {
  const measurement = createMeasurement()
  const history = [...before, sha].map((one) => historyPoint(one, measurement))
  return { commit: sha, branch: 'main', images: [{ measurement, history }] }
}

const find = (local: readonly string[] | undefined, remote?: readonly string[]): Promise<Found> =>
  findDocument(entries, wanted, { local, remote: () => Promise.resolve(remote) })

const textOf = (found: Found): string => (found.kind === 'found' ? found.text : found.kind)

describe('of what was measured', () => {
  it('the wanted commit comes first, whatever is newer', async () => {
    for (const n of [29, 30, 31]) await entries.save(documentOf(commit(n)))
    expect(textOf(await find(line))).toBe('main@3030303')
    expect(cache.asked).toHaveLength(1)
  })

  it('its nearest ancestor comes next, with how far it is', async () => {
    for (const n of [20, 27, 31]) await entries.save(documentOf(commit(n)))
    expect(textOf(await find(line))).toBe('main@2727272, 3 commits behind the merge base')
    expect(textOf(await find(undefined, line))).toBe('main@2727272, 3 commits behind the merge base')
    await entries.save(documentOf(commit(29)))
    expect(textOf(await find(line))).toBe('main@2929292, 1 commit behind the merge base')
  })

  it('a farther ancestor is found through what the newest knows of its branch', async () => {
    await entries.save(documentOf(commit(5)))
    await entries.save(documentOf(commit(12), [commit(5)]))
    await entries.save(documentOf(commit(40), [commit(5), commit(12)]))
    expect(textOf(await find(line))).toBe('main@1212121, 18 commits behind the merge base')
    expect(cache.asked).toHaveLength(3)
  })

  it('the newest is better than nothing, and is called that', async () => {
    await entries.save(documentOf(commit(40)))
    const text = 'main@4040404, the newest measured, which is not before the merge base'
    expect(textOf(await find(line))).toBe(text)
    expect(textOf(await find(undefined, undefined))).toBe(text)
    // What it names may have been evicted.
    await entries.save(documentOf(commit(41), [commit(12)]))
    expect(textOf(await find(line))).toContain('main@4141414, the newest measured')
  })

  it('nothing is nothing', async () => {
    expect(await find(line)).toEqual({ kind: 'missing' })
    expect(await find(undefined, line)).toEqual({ kind: 'missing' })
  })

  it('another image has its own', async () => {
    for (const other of [
      { ...identity, name: 'web' },
      { ...identity, platforms: ['linux/arm64'] },
      { ...identity, platforms: ['linux/amd64', 'linux/arm64'] },
    ]) {
      await createEntries(cache, other, {}).save(documentOf(commit(30)))
    }
    expect(await find(line)).toEqual({ kind: 'missing' })
  })
})

describe('a cache that anyone may have written', () => {
  const put = (sha: string, text: string): unknown =>
    cache.entries.set(baselineKeys(identity).of(sha), Buffer.from(text))

  it.each([
    ['no JSON', '{', /is not JSON/],
    ['no text', '\xff'.repeat(9), /is not JSON/],
    ['nothing of it', '[]', /baseline-1-/],
    ['another version', JSON.stringify({ schemaVersion: 2 }), /schemaVersion/],
    [
      'another commit',
      JSON.stringify({ schemaVersion: 1, ...documentOf(commit(7)) }),
      /is of another commit: 0707/,
    ],
    [
      'a wrong measurement',
      JSON.stringify({
        schemaVersion: 1,
        ...{ ...documentOf(commit(30)), images: [{ measurement: { schemaVersion: 1 }, history: [] }] },
      }),
      /image 1/,
    ],
    [
      'a history without end',
      JSON.stringify({
        schemaVersion: 1,
        ...documentOf(
          commit(30),
          Array.from({ length: 60 }, () => commit(1)),
        ),
      }),
      /history/,
    ],
    ['too much', ' '.repeat(17 * 2 ** 20), /bytes/],
  ])('%s is a reason and no baseline', async (_, text, reason) => {
    put(commit(30), text)
    const found = await find(line)
    expect(found).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) as unknown })
  })

  it('gives no image of another platform', async () => {
    const foreign = createMeasurement({
      image: { ...createMeasurement().image, platform: 'linux/riscv64' },
    })
    const images = [{ measurement: foreign, history: [] }]
    put(commit(30), JSON.stringify({ schemaVersion: 1, ...documentOf(commit(30)), images }))
    expect(await find(line)).toMatchObject({ kind: 'found', document: { images: [] } })
  })

  it('fails with its own reason', async () => {
    cache.failure = { kind: 'failed', severity: 'notice', reason: 'this runner has no cache service' }
    expect(await find(line)).toEqual(cache.failure)
    expect(await entries.save(documentOf(commit(30)))).toEqual(cache.failure)
  })
})

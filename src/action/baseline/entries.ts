import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import type { CacheFailure, FileCache, SaveOutcome } from '../../file-cache.ts'
import type { ImageIdentity } from '../../ports.ts'
import { type BaselineDocument, formatDocument, maxDocumentBytes, parseDocument } from './document.ts'
import { baselineKeys } from './keys.ts'

/** Prefixes and a key that one question to a cache may have. */
export const commitsAtOnce = 10

export type EntryFound =
  | { readonly kind: 'found'; readonly document: BaselineDocument }
  | { readonly kind: 'missing' }
  | CacheFailure

/** The baselines of one image in a cache. Nothing here throws. */
export interface BaselineEntries {
  /** Of the first of these commits that has one; at most `commitsAtOnce`. */
  ofFirst(commits: readonly string[]): Promise<EntryFound>
  /** The newest that the run can read: of its base branch, or else of the default one. */
  newest(): Promise<EntryFound>
  save(document: BaselineDocument): Promise<SaveOutcome>
}

export function createEntries(
  cache: FileCache,
  identity: ImageIdentity,
  env: NodeJS.ProcessEnv,
): BaselineEntries {
  const keys = baselineKeys(identity)

  const inFolder = async <T>(use: (file: string) => Promise<T>): Promise<T | CacheFailure> => {
    let folder: string | undefined
    try {
      folder = await mkdtemp(join(env['RUNNER_TEMP'] ?? tmpdir(), 'pydeps-image-'))
      return await use(join(folder, 'baseline'))
    } catch (error) {
      return { kind: 'failed', severity: 'warning', reason: (error as Error).message }
    } finally {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    }
  }
  const ask = (key: string, prefixes: readonly string[]): Promise<EntryFound> =>
    inFolder<EntryFound>(async (file) => {
      const outcome = await cache.restore(file, key, prefixes)
      if (outcome.kind === 'miss') return { kind: 'missing' }
      if (outcome.kind === 'failed') return outcome
      const { size } = await stat(file)
      if (size > maxDocumentBytes) throw new Failure('usage', `${outcome.key} has ${size} bytes`)
      const document = parseDocument(await readFile(file), outcome.key)
      if (document.commit !== keys.commitIn(outcome.key)) {
        throw new Failure('usage', `${outcome.key} is of another commit: ${document.commit}`)
      }
      const images = document.images.filter(({ measurement }) =>
        identity.platforms.includes(measurement.image.platform),
      )
      return { kind: 'found', document: { ...document, images } }
    })

  return {
    ofFirst([first, ...others]) {
      if (first === undefined) return Promise.resolve({ kind: 'missing' })
      return ask(
        keys.of(first),
        others.map((commit) => keys.of(commit)),
      )
    },
    newest: () => ask(keys.prefix, []),
    save: (document) =>
      inFolder<SaveOutcome>(async (file) => {
        const text = formatDocument(document)
        if (text === undefined) throw new Failure('usage', 'the measurement is too large to be kept')
        await writeFile(file, text)
        return cache.save(file, keys.of(document.commit))
      }),
  }
}

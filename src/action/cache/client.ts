import { copyFile, link, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CacheFailure, FileCache, RestoreOutcome, SaveOutcome } from '../../file-cache.ts'
import { capped, visible } from '../../report/escape.ts'
import { type Patience, usedUp } from '../patience.ts'
import { type Answer, entryName, formatRequest, parseAnswer, type Request } from './exchange.ts'
import { missingService } from './service.ts'

export type CacheClient = FileCache

export interface CacheClientOptions {
  /** Runs a program in a process group that ends with its time; `run` of host/process.ts. */
  readonly run: (
    command: string,
    args: readonly string[],
    options: {
      readonly cwd: string
      readonly env: NodeJS.ProcessEnv
      readonly input: string
      readonly timeoutMs: number
      readonly signal?: AbortSignal
    },
  ) => Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }>
  /** Path of the script that holds the toolkit: `cache` beside the one that runs. */
  readonly program: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  /** What the job waits for all of its services. */
  readonly patience: Patience
}

/** Bytes that one file may have. */
export const maxEntryBytes = 3e9
/** Milliseconds that all failing calls of a client may cost together. */
const most = 25_000
/** The toolkit's tar would follow any path in an archive: with these it passes over every name but ours. */
const onlyEntry = [
  '--anchored --wildcards --wildcards-match-slash',
  `--exclude=[!${entryName}]* --exclude=${entryName}?*`,
  '--no-same-owner --no-same-permissions',
].join(' ')

/**
 * A client over the toolkit's own, which is kept at arm's length: it runs in a process of its own that sees one private
 * folder. It can then be stopped in the middle of anything, its log lines reach no runner, and its tar finds one file
 * of one name.
 */
export function createCacheClient(options: CacheClientOptions): CacheClient {
  const patience = options.patience.part(most)

  const call = async <T extends { readonly kind: string }>(
    file: string,
    request: Request,
    use: (folder: string, ask: () => Promise<Answer>) => Promise<T | CacheFailure>,
  ): Promise<T | CacheFailure> => {
    const missing = missingService(options.env) ?? unfit(request)
    if (missing !== undefined) return failed(missing, 'notice')
    const timeoutMs = patience.left(most)
    if (timeoutMs === 0) return failed(usedUp)
    return patience.pay(() => inFolder(file, request, timeoutMs, use), isFailure)
  }

  const inFolder = async <T>(
    file: string,
    request: Request,
    timeoutMs: number,
    use: (folder: string, ask: () => Promise<Answer>) => Promise<T>,
  ): Promise<T | CacheFailure> => {
    let folder: string | undefined
    try {
      await mkdir(dirname(file), { recursive: true })
      folder = await mkdtemp(`${file}.`)
      const [work, temp] = [join(folder, 'work'), join(folder, 'temp')]
      await mkdir(work)
      await mkdir(temp)
      return await use(work, () => ask(options, request, { work, temp, timeoutMs }))
    } catch (error) {
      return failed((error as Error).message)
    } finally {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    }
  }

  return {
    restore: (file, key, prefixes) =>
      call<RestoreOutcome>(file, { kind: 'restore', key, prefixes }, async (folder, ask) => {
        const answer = await ask()
        if (answer.kind !== 'hit') return answer.kind === 'miss' ? { kind: 'miss' } : failedAs(answer)
        if (![key, ...prefixes].some((asked) => answer.key.startsWith(asked))) {
          return failed(`the service answered with another key: ${quoted(answer.key)}`)
        }
        const path = join(folder, entryName)
        const found = await lstat(path).catch(() => undefined)
        // A hard link or a symbolic one would be another file's bytes.
        if (!found?.isFile() || found.nlink !== 1 || found.size > maxEntryBytes) {
          return failed(`the entry ${quoted(answer.key)} does not hold the one file it should`)
        }
        await rename(path, file)
        return { kind: 'hit', key: answer.key }
      }),
    save: (file, key) =>
      call<SaveOutcome>(file, { kind: 'save', key, prefixes: [] }, async (folder, ask) => {
        const path = join(folder, entryName)
        await link(file, path).catch(() => copyFile(file, path))
        const answer = await ask()
        if (answer.kind === 'saved' || answer.kind === 'exists') return { kind: answer.kind }
        return failedAs(answer)
      }),
  }
}

async function ask(
  { run, program, env, signal }: CacheClientOptions,
  request: Request,
  { work, temp, timeoutMs }: { readonly work: string; readonly temp: string; readonly timeoutMs: number },
): Promise<Answer> {
  // No file grows beyond the limit, however well it was compressed; the shell counts blocks of 512 bytes.
  const limited = `ulimit -f ${Math.ceil(maxEntryBytes / 512)} && exec "$0" "$@"`
  const { stdout, code } = await run('/bin/sh', ['-c', limited, process.execPath, program], {
    cwd: work,
    env: {
      ...env,
      GITHUB_WORKSPACE: work,
      RUNNER_TEMP: temp,
      RUNNER_DEBUG: undefined,
      // In bytes, so that the patterns match names that are no text, too.
      LC_ALL: 'C',
      TAR_OPTIONS: request.kind === 'restore' ? onlyEntry : undefined,
    },
    input: formatRequest({ ...request, limitMs: timeoutMs }),
    // It stops by itself; this is for when it cannot.
    timeoutMs: timeoutMs + 500,
    ...(signal === undefined ? {} : { signal }),
  })
  return parseAnswer(stdout) ?? { kind: 'failed', reason: `the cache client ended with status ${code}` }
}

function unfit({ key, prefixes }: Request): string | undefined {
  const bad = [key, ...prefixes].find((one) => one.length > 512 || one.includes(','))
  if (bad !== undefined) return `${quoted(bad)} cannot be the key of a cache entry`
  return prefixes.length > 9 ? 'more than ten keys were asked for' : undefined
}

function isFailure({ kind }: { readonly kind: string }): boolean {
  return kind === 'failed'
}

function failedAs(answer: Answer): CacheFailure {
  if (answer.kind !== 'failed') return failed(`the cache client answered ${answer.kind}`)
  return failed(answer.reason, answer.severity)
}

function failed(reason: string, severity: CacheFailure['severity'] = 'warning'): CacheFailure {
  return { kind: 'failed', reason: capped(visible(reason), 500), severity }
}

function quoted(key: string): string {
  return JSON.stringify(capped(visible(key), 100))
}

import { access, constants, open } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { run } from '../process.ts'
import { fetchUv } from './fetch.ts'

export interface Uv {
  /** Absolute path of the program. */
  readonly path: string
  readonly version: string
}

/** The oldest uv whose `export --format pylock.toml` and `pip install -r pylock.toml` are known to do. */
export const oldestUv = '0.9.0'

/**
 * uv from PATH when it is new enough, else one of a fixed version in `cacheDir`, fetched once with the host's pip.
 * Throws Failure which says to install uv when neither is to be had.
 */
export async function findUv(
  cacheDir: string,
  options: {
    readonly env?: Readonly<Record<string, string | undefined>>
    readonly signal?: AbortSignal
    readonly note?: (text: string) => void
  } = {},
): Promise<Uv> {
  const env = options.env ?? process.env
  const signal = options.signal ? { signal: options.signal } : {}
  const onPath = await findOnPath('uv', env['PATH'] ?? '')
  if (onPath !== undefined) {
    const path = await behindShim(onPath, env, signal)
    const { stdout } = await run(path, ['--version'], { env, ...signal })
    const version = /^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1]
    if (version !== undefined && atLeast(version, oldestUv)) return { path, version }
    options.note?.(
      `uv ${version ?? 'of an unknown version'} on PATH is older than ${oldestUv} and is not used`,
    )
  }
  return fetchUv(cacheDir, { env, ...signal })
}

/** First executable file of that name on a PATH. */
async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  return undefined
}

/** pyenv puts a shell script in front of each program, which costs some 50 ms a call: ask it once what is behind. */
async function behindShim(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: { signal?: AbortSignal },
): Promise<string> {
  if (!(await startsLikeShim(path))) return path
  const pyenv = join(dirname(dirname(path)), 'bin', 'pyenv')
  const { stdout, code } = await run(pyenv, ['which', 'uv'], { env, ...signal }).catch(() => ({
    stdout: '',
    code: 1,
  }))
  const real = stdout.trim()
  return code === 0 && isAbsolute(real) && (await isExecutable(real)) ? real : path
}

async function startsLikeShim(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0)
    const head = buffer.subarray(0, bytesRead).toString('latin1')
    return head.startsWith('#!') && head.includes('pyenv')
  } finally {
    await file.close()
  }
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function atLeast(version: string, minimum: string): boolean {
  const [a = [], b = []] = [version, minimum].map((text) => text.split('.').map(Number))
  for (const [i, part] of a.entries()) if (part !== b[i]) return part > (b[i] ?? 0)
  return true
}

import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { run, toolText } from '../../host/process.ts'
import type { Uv } from '../../host/uv/find.ts'
import type { LockedPackage } from '../../project/lock.ts'
import { indexesOf } from '../../project/lock-index.ts'
import { packageName } from '../../project/name.ts'
import { renderPylock } from '../../project/pylock.ts'
import type { Target } from '../../project/target.ts'
import { uvPlatform } from '../../project/target.ts'

export interface InstallContext {
  /** Asked for when something has to be installed, which is not at every build. */
  readonly uv: () => Promise<Uv>
  /** This machine's Python, which the installer asks how it lays out an environment. */
  readonly python: () => Promise<string>
  /** Absolute path that paths in the lock are relative to. */
  readonly context: string
  readonly target: Target
  /** The environment of the installer: index settings and credentials are the user's own. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal | undefined
}

/**
 * Installs packages of a lock into a folder, for the target's interpreter and platform, with whatever Python this
 * machine has: nothing of what is installed is run. `build` allows source packages, which are built isolated.
 * Throws Failure with the installer's own words and what to do.
 */
export async function installLocked(
  packages: readonly LockedPackage[],
  folder: string,
  build: boolean,
  context: InstallContext,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const lock = join(folder, 'pylock.toml')
  await writeFile(lock, renderPylock(packages, { path: (path) => resolve(context.context, path) }))
  // Its own indexes alone does it look for among what it has; what a build needs it finds as the user told it.
  const known = build ? [] : ['--no-build', ...indexesOf(packages).map((index) => `--index=${index}`)]
  await install(join(folder, 'prefix'), [...known, '-r', lock], context)
}

/** Installs one wheel file into a folder. */
export async function installWheel(wheel: string, folder: string, context: InstallContext): Promise<void> {
  await mkdir(folder, { recursive: true })
  await install(join(folder, 'prefix'), [wheel], context)
}

/** Installs what a requirements file names, hashes required, wheels only. */
export async function installRequirements(
  text: string,
  folder: string,
  context: InstallContext,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'requirements.txt')
  await writeFile(file, text)
  await install(join(folder, 'prefix'), ['--no-build', '--require-hashes', '-r', file], context)
}

/** Settings of the installer that would refuse what a lock says, or check less of it. */
const decidedByTheLock = {
  UV_CONSTRAINT: undefined,
  UV_OVERRIDE: undefined,
  UV_EXCLUDE: undefined,
  UV_REQUIRE_HASHES: undefined,
  UV_NO_VERIFY_HASHES: undefined,
  UV_VERIFY_HASHES: undefined,
}

async function install(prefix: string, what: readonly string[], context: InstallContext): Promise<void> {
  const { target, env, signal } = context
  const [uv, python] = await Promise.all([context.uv(), context.python()])
  const where = ['--python', python, '--prefix', prefix]
  const forWhat = ['--python-version', target.python.full, '--python-platform', uvPlatform(target)]
  const result = await run(
    uv.path,
    ['pip', 'install', '--quiet', '--no-deps', ...where, ...forWhat, ...what],
    {
      env: {
        ...env,
        UV_PYTHON_DOWNLOADS: 'never',
        UV_NO_PROGRESS: '1',
        NO_COLOR: '1',
        UV_COMPILE_BYTECODE: '0',
        ...decidedByTheLock,
        // Links into the installer's cache would lead nowhere in the image.
        ...(env['UV_LINK_MODE'] === 'symlink' ? { UV_LINK_MODE: 'hardlink' } : {}),
      },
      ...(signal ? { signal } : {}),
    },
  )
  if (result.code !== 0) throw installFailure(toolText(result.stderr, 30))
}

/** `.dist-info` folders of a prefix, relative to it, by normalised name. */
export async function installedDistributions(prefix: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const libraries = ['lib', 'lib64'].map(async (lib) => {
    const pythons = await readdir(join(prefix, lib)).catch(() => [])
    return pythons.map((python) => join(lib, python, 'site-packages'))
  })
  for (const site of (await Promise.all(libraries)).flat()) {
    for (const name of await readdir(join(prefix, site)).catch(() => [])) {
      const match = /^(.+?)-[^-]+\.dist-info$/.exec(name)
      if (match?.[1] !== undefined) found.set(packageName(match[1]), join(site, name))
    }
  }
  return found
}

/** What the installer said, with what helps for the faults that are met in practice. */
function installFailure(said: string): Failure {
  // Names, addresses and hashes of strangers stand in it too: a number or a word alone says nothing.
  const hints: readonly (readonly [RegExp, string])[] = [
    [
      /hash mismatch|hashes? .*(?:do(?:es)? not|don't) match/i,
      'what the index serves is not what was locked: find out why before you lock again',
    ],
    [/no space left/i, 'free some space, or set UV_CACHE_DIR and XDG_CACHE_HOME to a disk that has room'],
    [
      /\b(?:401 unauthorized|403 forbidden)\b/i,
      'the index wants credentials: set UV_INDEX_URL with them, UV_INDEX_<NAME>_USERNAME and _PASSWORD, or a netrc file',
    ],
    [
      /\b404 not found\b|not found in the (?:package )?(?:registry|index)/i,
      'a locked file is gone from the index: lock again, or use an index that keeps it',
    ],
    [
      /\((?:connect|sendrequest)\)|error sending request|dns error|tcp connect|connection (?:refused|reset|closed)|timed? ?out|\bcertificate\b/i,
      'the index cannot be reached: check the network and the proxy settings (HTTPS_PROXY, SSL_CERT_FILE)',
    ],
  ]
  const hint = hints.find(([pattern]) => pattern.test(said))?.[1]
  return new Failure(
    'build',
    `the locked packages could not be installed:\n${said}`,
    hint === undefined ? {} : { hint },
  )
}

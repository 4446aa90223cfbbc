import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { parseKeptPackages, renderKeptPackages } from '../../project/kept-lock.ts'
import type { Lock, LockedPackage } from '../../project/lock.ts'
import { withIndexes } from '../../project/lock-index.ts'
import { parsePylock, withPaths } from '../../project/pylock.ts'
import type { Pyproject } from '../../project/pyproject.ts'
import { checkChosen, checkNames } from '../../project/select.ts'
import { staleness } from '../../project/staleness.ts'
import { parseUvLock, type UvLock } from '../../project/uv-lock.ts'
import { run, toolText } from '../process.ts'
import { readPyproject, readText, type FoundLock } from './find-lock.ts'
import { cacheKey, type LockOptions } from './read-lock.ts'

/** Grows when what is kept under a key changes its meaning. */
const format = 'uv-export-3'

/** A uv.lock as `uv export` puts it, which needs no network and no Python. */
export async function readUvLock(context: string, found: FoundLock, options: LockOptions): Promise<Lock> {
  const uvLock = parseUvLock(found.text, found.shown)
  await checkProject(context, found, uvLock, options)
  const [extras, groups] = [[...options.extras].sort(), [...options.groups].sort()]
  const key = cacheKey(format, relative(context, found.path), found.text, extras, groups)
  const shown = `export of ${found.shown}`
  let kept = await options.cache?.get(key)
  if (kept === undefined) {
    const packages = await exportLock(context, found, shown, options)
    kept = renderKeptPackages(withIndexes(packages, indexIn(uvLock)))
    await options.cache?.put(key, kept)
  }
  return {
    kind: 'uv',
    path: found.shown,
    frozen: true,
    requiresPython: uvLock.requiresPython,
    packages: parseKeptPackages(kept, shown),
  }
}

/** Throws Failure for an unknown extra or group, and for a lock that is not up to date. */
async function checkProject(
  context: string,
  found: FoundLock,
  uvLock: UvLock,
  options: LockOptions,
): Promise<void> {
  const pyproject = await readPyproject(context)
  if (pyproject === undefined) {
    throw new Failure('usage', `${uvLock.file} is there without the pyproject.toml that it locks`)
  }
  if (pyproject.hasProject) checkChosen(options, pyproject)
  else checkNames('group', options.groups, [...pyproject.dependencyGroups.keys()])

  const folder = dirname(found.path)
  const pyprojects = new Map<string, Pyproject | undefined>()
  const paths = uvLock.packages.flatMap(({ source }) => (source.kind === 'local' ? [source.path] : []))
  for (const path of new Set(['.', relative(folder, context) || '.', ...paths])) {
    const shown = relative(context, join(folder, path, 'pyproject.toml'))
    const local = await readPyproject(join(folder, path), shown)
    if (local !== undefined || (await isFolder(join(folder, path)))) pyprojects.set(path, local)
  }
  const reasons = staleness(pyprojects, uvLock)
  if (reasons.length > 0) {
    throw new Failure(
      'usage',
      `${uvLock.file} is stale:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
      {
        hint: 'lock again with: uv lock',
      },
    )
  }
}

/** Where the lock has a package from, which its export does not say; undefined also when it has it from several. */
function indexIn({ packages }: UvLock): (locked: LockedPackage) => string | undefined {
  const key = (name: string, version: string | undefined): string => JSON.stringify([name, version])
  const found = new Map<string, Set<string>>()
  for (const { name, version, source } of packages) {
    if (source.kind !== 'registry') continue
    const at = key(name, version)
    found.set(at, (found.get(at) ?? new Set()).add(source.index))
  }
  return ({ name, version }) => {
    const [index, other] = found.get(key(name, version)) ?? []
    return other === undefined ? index : undefined
  }
}

async function exportLock(
  context: string,
  found: FoundLock,
  shown: string,
  options: LockOptions,
): Promise<readonly LockedPackage[]> {
  const uv = await options.uv()
  const folder = await mkdtemp(join(tmpdir(), 'pydeps-image-'))
  try {
    const output = join(folder, 'pylock.toml')
    const flags = ['--frozen', '--offline', '--no-python-downloads', '--no-progress', '--quiet']
    const chosen = [
      '--no-default-groups',
      ...options.extras.flatMap((name) => ['--extra', name]),
      ...options.groups.flatMap((name) => ['--group', name]),
    ]
    const { code, stderr } = await run(
      uv.path,
      ['export', ...flags, '--format', 'pylock.toml', ...chosen, '--output-file', output],
      {
        cwd: context,
        ...(options.env && { env: options.env }),
        ...(options.signal && { signal: options.signal }),
      },
    )
    if (code !== 0) {
      throw new Failure('build', `uv cannot read ${found.shown}: ${toolText(stderr)}`, {
        hint: 'try: uv lock --check',
      })
    }
    const { packages } = parsePylock(await readText(output), shown)
    // uv writes paths relative to its output.
    return withPaths(packages, (written) => relative(context, resolve(folder, written)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

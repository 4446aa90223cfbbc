import { relative, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import type { Lock, LockedFile, LockedPackage } from '../../project/lock.ts'
import { parseKeptPackages, renderKeptPackages } from '../../project/kept-lock.ts'
import { packageName } from '../../project/name.ts'
import { parsePylock, renderPylock } from '../../project/pylock.ts'
import { allowsMinor, supportedPythons } from '../../project/python-choice.ts'
import { isFrozen } from '../../project/requirements.ts'
import { frozenHashes, keepLockedFiles, withoutFiles } from '../../project/requirements-hashes.ts'
import { namesPackage, type IndexOptions } from '../../project/requirements-options.ts'
import type { Chosen } from '../../project/select.ts'
import { compileRequirements, type Compilation } from '../uv/compile.ts'
import { readPyproject, type FoundLock } from './find-lock.ts'
import { cacheKey, type LockOptions } from './read-lock.ts'
import { readRequirements, type RequirementItem, type Requirements } from './requirements-files.ts'
import { indexSettings } from './uv-settings.ts'

/** Grows when what is kept under a key changes its meaning. */
const format = 'requirements-2'

/**
 * A requirements.txt: its files are looked up in the index. With pins and hashes nothing is chosen, and files whose
 * hash is not in it are not offered; otherwise versions, and what they depend on, are resolved for every platform.
 */
export async function readRequirementsLock(
  context: string,
  found: FoundLock,
  options: LockOptions,
): Promise<Lock> {
  refuseChosen(found, options)
  const env = options.env ?? process.env
  const requirements = await readRequirements(context, found.shown, env)
  const frozen = isFrozen(requirements.items)
  if (!frozen) checkHashes(found, requirements)
  const lock = { kind: 'requirements', path: found.shown, requiresPython: undefined } as const
  if (requirements.items.length === 0) return { ...lock, frozen: true, packages: [] }
  if (!frozen) {
    options.warn?.(
      `${found.shown} is not frozen: versions were chosen today. Freeze it: ` +
        'uv pip compile requirements.in --generate-hashes -o requirements.txt',
    )
  }
  const pyproject = await readPyproject(context)
  const compilation: Compilation = {
    requirements: linesOf(
      context,
      frozen ? requirements.items.filter((i) => i.kind !== 'local') : requirements.items,
    ),
    constraints: frozen ? [] : linesOf(context, requirements.constraints),
    remoteConstraints: frozen ? [] : requirements.remoteConstraints,
    index: requirements.options,
    settings: await indexSettings(context),
    frozen,
    minors: minorsFor(pyproject?.requiresPython, options),
  }
  const key = frozen ? cacheKey(format, relative(context, found.path), compilation) : undefined
  const kept = key === undefined ? undefined : await options.cache?.get(key)
  if (kept !== undefined) return { ...lock, frozen, packages: parseKeptPackages(kept, found.shown) }

  const compiled = await compileRequirements(compilation, found.shown, { ...options, env })
  const pathFromContext = (written: string): string => relative(context, resolve(compiled.folder, written))
  const text = renderPylock(parsePylock(compiled.text, found.shown).packages, {
    keepMarkers: true,
    path: pathFromContext,
  })
  const all = inFormats(parsePylock(text, found.shown).packages, requirements.options, found.shown)
  const packages = frozen ? keepLockedFiles(all, frozenHashes(requirements.items), found.shown) : all
  if (key === undefined) return { ...lock, frozen, packages }
  const keeping = renderKeptPackages(packages)
  await options.cache?.put(key, keeping)
  // The same now as from the store.
  return { ...lock, frozen, packages: parseKeptPackages(keeping, found.shown) }
}

/** The Pythons to look files up for; a target that is older than those comes first. */
function minorsFor(requiresPython: string | undefined, options: LockOptions): readonly string[] {
  const allowed = supportedPythons.filter(
    (minor) => requiresPython === undefined || allowsMinor(requiresPython, minor),
  )
  const minors = allowed.length > 0 ? allowed : supportedPythons
  const own = options.target?.python.minor
  return own === undefined || supportedPythons.includes(own) ? minors : [own, ...minors]
}

function linesOf(context: string, items: readonly RequirementItem[]): readonly string[] {
  const lines = items.map((item) => {
    if (item.kind === 'local') {
      const extras = item.extras.length > 0 ? `[${item.extras.join(',')}]` : ''
      const marker = item.marker === undefined ? '' : ` ; ${item.marker}`
      return `${item.editable ? '-e ' : ''}${resolve(context, item.path)}${extras}${marker}`
    }
    const hashes = item.hashes.map(({ algorithm, digest }) => ` --hash=${algorithm}:${digest}`).join('')
    if (item.kind === 'named') return item.text + hashes
    const remote = /^[a-z+]+:\/\//i.test(item.address)
    const marker = item.marker === undefined ? '' : ` ; ${item.marker}`
    return `${remote ? item.address : resolve(context, item.address)}${marker}${hashes}`
  })
  return [...new Set(lines)]
}

/** What `--no-binary` and `--only-binary` leave of a package's files. */
function inFormats(
  packages: readonly LockedPackage[],
  index: IndexOptions,
  shown: string,
): readonly LockedPackage[] {
  return packages.map((locked) => {
    const isWheel = (file: LockedFile): boolean => file.filename.endsWith('.whl')
    const noWheels = namesPackage(index.noBinary, locked.name)
    const onlyWheels = namesPackage(index.onlyBinary, locked.name)
    if (locked.direct !== undefined || noWheels === onlyWheels) return locked
    const left = withoutFiles(locked, (file) => isWheel(file) === noWheels)
    if (left !== undefined) return left
    const option = noWheels ? '--no-binary' : '--only-binary'
    throw new Failure('build', `${shown}: ${option} leaves no file of ${locked.name} ${locked.version ?? ''}`)
  })
}

/** One hash asks for all of them, as pip has it: a file that is half frozen is a mistake. */
function checkHashes(found: FoundLock, { items, options }: Requirements): void {
  const counted = items.filter((item) => item.kind !== 'local')
  if (!options.requireHashes && !counted.some((item) => item.hashes.length > 0)) return
  const open = counted.filter((item) => !isFrozen([item]))
  throw new Failure(
    'usage',
    `${found.shown} has hashes, but these lines are not pinned to one version with hashes:\n` +
      open.map((item) => `  ${item.place}: ${item.text}`).join('\n'),
    { hint: 'make it anew with: uv pip compile requirements.in --generate-hashes -o requirements.txt' },
  )
}

function refuseChosen(found: FoundLock, chosen: Chosen): void {
  const names = [...chosen.extras, ...chosen.groups].map((name) => packageName(name))
  if (names.length > 0) {
    throw new Failure('usage', `${found.shown} has no groups or extras to choose: ${names.join(', ')}`, {
      hint: 'what it lists is what is installed; lock the project with uv lock to choose',
    })
  }
}

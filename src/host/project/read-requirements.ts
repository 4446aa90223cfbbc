import { relative, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import type { Lock, LockedFile, LockedPackage } from '../../project/lock.ts'
import { parseKeptPackages, renderKeptPackages } from '../../project/kept-lock.ts'
import { withIndexes } from '../../project/lock-index.ts'
import { packageName } from '../../project/name.ts'
import { parsePylock, renderPylock } from '../../project/pylock.ts'
import { allowsMinor, supportedPythons } from '../../project/python-choice.ts'
import { isFrozen } from '../../project/requirements.ts'
import { frozenHashes, keepLockedFiles, withoutFiles } from '../../project/requirements-hashes.ts'
import { namesPackage, type IndexOptions } from '../../project/requirements-options.ts'
import type { Chosen } from '../../project/select.ts'
import { compileRequirements, type Compilation } from '../uv/compile.ts'
import { readPyproject, type FoundLock } from './find-lock.ts'
import { lookUpChanged } from './known-requirements.ts'
import { cacheKey, type LockOptions } from './read-lock.ts'
import { readRequirements, type RequirementItem, type Requirements } from './requirements-files.ts'
import { indexSettings } from './uv-settings.ts'

/** Grows when what is kept under a key changes its meaning. */
const format = 'requirements-3'

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
  const settings = await indexSettings(context)
  const compilationOf = (items: readonly RequirementItem[]): Compilation => ({
    requirements: linesOf(context, items),
    constraints: frozen ? [] : linesOf(context, requirements.constraints),
    remoteConstraints: frozen ? [] : requirements.remoteConstraints,
    index: requirements.options,
    settings,
    frozen,
    minors: minorsFor(pyproject?.requiresPython, options),
  })
  const look = async (items: readonly RequirementItem[]): Promise<readonly LockedPackage[]> => {
    const compiled = await compileRequirements(compilationOf(items), found.shown, { ...options, env })
    const text = renderPylock(parsePylock(compiled.text, found.shown).packages, {
      keepMarkers: true,
      path: (written) => relative(context, resolve(compiled.folder, written)),
    })
    const packages = withIndexes(parsePylock(text, found.shown).packages, () => compiled.index)
    return inFormats(packages, requirements.options, found.shown)
  }
  if (!frozen) return { ...lock, frozen, packages: await look(requirements.items) }

  const items = requirements.items.filter((item) => item.kind !== 'local')
  const lookFrozen = async (some: readonly RequirementItem[]): Promise<readonly LockedPackage[]> =>
    keepLockedFiles(await look(some), frozenHashes(some), found.shown)
  const { cache } = options
  if (cache === undefined) return { ...lock, frozen, packages: await lookFrozen(items) }
  const place = relative(context, found.path)
  const key = cacheKey(format, place, compilationOf(items))
  const kept = await cache.get(key)
  if (kept !== undefined) return { ...lock, frozen, packages: parseKeptPackages(kept, found.shown) }
  const lastKey = cacheKey(format, 'last', resolve(context), place, compilationOf([]))
  const packages = await lookUpChanged({ items, key: lastKey, cache, look: lookFrozen })
  const keeping = renderKeptPackages(packages)
  await cache.put(key, keeping)
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

import { Failure } from '../failure.ts'
import type { LockedFile, LockedPackage } from './lock.ts'
import { lastSegment, lockedPackage } from './pylock.ts'
import type { RequirementsItem } from './requirements.ts'
import { TomlReader } from './toml.ts'

/** `sha256:…` of each file that may be installed, by normalised name of the package or by name of the file. */
export type FrozenHashes = ReadonlyMap<string, ReadonlySet<string>>

/** The hashes that requirements give with `--hash`, and in the fragment of an address. */
export function frozenHashes(items: readonly RequirementsItem[]): FrozenHashes {
  const found = new Map<string, Set<string>>()
  for (const item of items) {
    if (item.kind !== 'named' && item.kind !== 'direct') continue
    const address = item.kind === 'named' ? item.requirement.url : item.address
    const [, algorithm, digest] = /#(?:.*&)?(sha256|sha384|sha512)=([0-9a-fA-F]+)/.exec(address ?? '') ?? []
    const hashes = item.hashes.map((hash) => `${hash.algorithm}:${hash.digest}`)
    if (algorithm !== undefined && digest !== undefined) hashes.push(`${algorithm}:${digest.toLowerCase()}`)
    const key = item.kind === 'named' ? item.requirement.name : (lastSegment(item.address) ?? item.address)
    found.set(key, new Set([...(found.get(key) ?? []), ...hashes]))
  }
  return found
}

/**
 * Leaves of each package only the files whose hash is listed; throws one Failure that names the packages of which
 * no file is left. Packages without a listed hash (repositories, addresses with their own) stay as they are.
 */
export function keepLockedFiles(
  packages: readonly LockedPackage[],
  hashes: FrozenHashes,
  file: string,
): readonly LockedPackage[] {
  const mismatched: string[] = []
  const kept = packages.map((locked) => {
    const files = [...locked.wheels, ...(locked.sdist ? [locked.sdist] : [])]
    const allowed = hashes.get(locked.name) ?? files.flatMap(({ filename }) => hashes.get(filename) ?? [])[0]
    if (allowed === undefined || allowed.size === 0) return locked
    const isListed = (one: LockedFile): boolean =>
      Object.entries(one.hashes).some(([algorithm, digest]) => allowed.has(`${algorithm}:${digest}`))
    const result = withoutFiles(locked, (one) => !isListed(one))
    if (result === undefined) mismatched.push(`${locked.name} ${locked.version ?? ''}`.trim())
    return result ?? locked
  })
  if (mismatched.length > 0) {
    throw new Failure(
      'build',
      `hashes do not match: there is no file with a hash that ${file} lists, of\n` +
        mismatched.map((name) => `  ${name}`).join('\n'),
      { hint: 'find out why the files differ before you lock again; the index may serve something else' },
    )
  }
  return kept
}

/** The package without some of its files, in its table too; undefined when none is left. */
export function withoutFiles(
  locked: LockedPackage,
  dropped: (file: LockedFile) => boolean,
): LockedPackage | undefined {
  const { wheels: wheelTables, sdist: sdistTable, archive, ...rest } = locked.table
  const wheels = locked.wheels.map((file) => !dropped(file))
  const sdist = locked.sdist !== undefined && !dropped(locked.sdist)
  if (archive !== undefined) return wheels.includes(true) || sdist ? locked : undefined
  if (!wheels.includes(true) && !sdist) return locked.direct === 'vcs' ? locked : undefined
  const keptWheels = Array.isArray(wheelTables) ? wheelTables.filter((_, i) => wheels[i] === true) : []
  const table = {
    ...rest,
    ...(sdist && { sdist: sdistTable }),
    ...(keptWheels.length > 0 && { wheels: keptWheels as unknown[] }),
  }
  return lockedPackage(new TomlReader(table, locked.name))
}

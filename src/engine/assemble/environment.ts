import { formatPlatform } from '../../image/platform.ts'
import type { LockedFile, LockedPackage } from '../../project/lock.ts'
import { withOnly } from '../../project/narrow.ts'
import { checkWheels } from '../../project/native.ts'
import { wheelChooser } from '../../project/tags.ts'
import { markerEnvironment } from '../../project/target.ts'
import { compressionVersion } from './compress.ts'
import type { InstallContext } from './install.ts'
import type { LayerContext } from './layer.ts'
import type { Layout } from './layout.ts'
import { makeParts } from './missing.ts'
import { keptPart } from './kept-part.ts'
import type { Part } from './part.ts'
import { withoutPaths } from './part-without.ts'
import { settle } from './settle.ts'

export interface EnvironmentContext extends LayerContext, InstallContext {
  readonly layout: Layout
  readonly progress: (text: string) => void
}

export interface Environment {
  /** One for each distribution, by name; no path is in two of them. */
  readonly parts: readonly Part[]
  /** Names of those that had to be installed and compressed, rather than being kept from before. */
  readonly made: readonly string[]
  /** For the user: files that two distributions own with different content. */
  readonly warnings: readonly string[]
}

/** A locked package with the one file that will be installed. */
export interface Chosen {
  readonly locked: LockedPackage
  readonly wheel: LockedFile | undefined
  readonly key: string
}

/**
 * The environment of a lock, a compressed part for each distribution: kept ones as they are, the others installed
 * and compressed now. `packages` are those that apply to the target.
 */
export async function assembleEnvironment(
  packages: readonly LockedPackage[],
  context: EnvironmentContext,
): Promise<Environment> {
  checkWheels(packages, context.target)
  const best = wheelChooser(context.target)
  const chosen = packages.map((locked) => choose(locked, best(locked.wheels), context))
  const parts = new Map<string, Part>()
  const missing: Chosen[] = []
  for (const one of chosen) {
    const part = await keptPart(one.key, context.store)
    if (part) parts.set(one.key, part)
    else missing.push(one)
  }
  if (missing.length > 0) {
    context.progress(
      missing.length === chosen.length
        ? `installing ${chosen.length} distributions`
        : `installing ${missing.length} of ${chosen.length} distributions`,
    )
    for (const [key, part] of await makeParts(missing, context)) parts.set(key, part)
  }
  const all = chosen.flatMap(({ key }) => parts.get(key) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))
  const { excluded, conflicts } = settle(all, markerEnvironment(context.target))
  const settled: Part[] = []
  for (const part of all) {
    const paths = excluded.get(part)
    settled.push(paths ? await withoutPaths(part, paths, context) : part)
  }
  return {
    parts: settled,
    made: missing.map(({ locked }) => locked.name),
    warnings: conflicts.map(
      ({ path, owners, winner }) =>
        `${owners.join(' and ')} both bring ${path} with different content: the one of ${winner} is in the image, as with pip`,
    ),
  }
}

function choose(
  locked: LockedPackage,
  wheel: LockedFile | undefined,
  { target, layout, compression }: EnvironmentContext,
): Chosen {
  const source = wheel
    ? { wheel: wheel.filename, hashes: wheel.hashes }
    : // What a build gives may differ between platforms; a wheel's content does not.
      {
        sdist: locked.sdist?.hashes,
        direct: locked.direct && locked.table,
        for: formatPlatform(target.platform),
        libc: target.libc,
      }
  const key = JSON.stringify([
    'part-1',
    compressionVersion,
    compression,
    layout.root,
    layout.minor,
    locked.name,
    locked.version,
    source,
  ])
  return { locked: wheel ? withOnly(locked, wheel) : locked, wheel, key }
}

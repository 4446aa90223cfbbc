import { formatPlatform } from '../../image/platform.ts'
import type { LockedFile, LockedPackage } from '../../project/lock.ts'
import { withOnly } from '../../project/narrow.ts'
import { checkWheels } from '../../project/native.ts'
import { compressionVersion } from './packer.ts'
import type { InstallContext } from './install.ts'
import type { LayerContext } from './layer.ts'
import type { Layout } from './layout.ts'
import { makeParts } from './missing.ts'
import { keptPart } from './kept-part.ts'
import type { Part } from './part.ts'
import { settleParts } from './settle-parts.ts'

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
 * Packages that apply to the target, each with the file to install. Throws Failure for those that cannot be installed
 * without compiling.
 */
export function chooseFiles(
  packages: readonly LockedPackage[],
  context: EnvironmentContext,
): readonly Chosen[] {
  const { wheels } = checkWheels(packages, context.target)
  const wheelOf = new Map(wheels.map((one) => [one.package, one.wheel]))
  return packages.map((locked) => choose(locked, wheelOf.get(locked), context))
}

/**
 * An environment as compressed parts, one for each distribution: kept ones as they are, the others installed and
 * compressed now.
 */
export async function assembleEnvironment(
  chosen: readonly Chosen[],
  context: EnvironmentContext,
): Promise<Environment> {
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
  const { parts: settled, warnings } = await settleParts(all, context)
  return { parts: settled, made: missing.map(({ locked }) => locked.name), warnings }
}

function choose(
  locked: LockedPackage,
  wheel: LockedFile | undefined,
  { target, layout, compression }: EnvironmentContext,
): Chosen {
  const source = wheel
    ? { wheel: wheel.filename, hashes: wheel.hashes, ...placeOf(wheel) }
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

/** Where a wheel comes from, when no hash says what it is: another place may have another file of that name. */
function placeOf({ hashes, url, path, size }: LockedFile): object {
  return Object.keys(hashes).length > 0 ? {} : { url, path, size }
}

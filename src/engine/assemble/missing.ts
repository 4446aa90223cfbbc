import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { removeTree } from '../../host/remove.ts'
import { formatPlatform } from '../../image/platform.ts'
import { collect, type Collected } from './collect.ts'
import type { Chosen, EnvironmentContext } from './environment.ts'
import { installedDistributions, installLocked } from './install.ts'
import { heavyBytes, makePart } from './make-part.ts'
import type { Part } from './part.ts'
import { buildFromSource } from './source-build.ts'

/** Installs distributions and compresses each into a part, kept under its key. Gives the parts by key. */
export async function makeParts(
  missing: readonly Chosen[],
  context: EnvironmentContext,
): Promise<ReadonlyMap<string, Part>> {
  const { store, layout } = context
  const parts = new Map<string, Part>()
  const work = await mkdtemp(join(store.root, 'tmp', 'install-'))
  try {
    const sources = missing.filter((one) => !one.wheel)
    const built = await buildFromSource(sources, join(work, 'built'), context)
    let compressed = compressAll(
      new Map([...built].map(([one, { prefix, distInfo }]) => [one, collect(prefix, distInfo, layout)])),
      parts,
      missing.length,
      context,
    )
    for (const [i, wheels] of heaviestApart(missing.filter((one) => one.wheel)).entries()) {
      const collected = await installTogether(wheels, join(work, `wheels-${i}`), context)
      const before = compressed
      // While these are compressed, the next are installed.
      compressed = before.then(() => compressAll(collected, parts, missing.length, context))
      compressed.catch(() => undefined)
    }
    await compressed
    return parts
  } finally {
    await removeTree(work)
  }
}

/** Wheels in two groups of about the same bytes, the heaviest first; in one where there is little to gain. */
function heaviestApart(wheels: readonly Chosen[]): readonly (readonly Chosen[])[] {
  const size = ({ wheel }: Chosen): number => wheel?.size ?? 0
  const sorted = [...wheels].sort((a, b) => size(b) - size(a))
  const total = sorted.reduce((sum, one) => sum + size(one), 0)
  if (total < heavyBytes) return wheels.length === 0 ? [] : [wheels]
  let sum = 0
  const first = sorted.filter((one) => (sum += size(one)) - size(one) < total / 2)
  return [first, sorted.slice(first.length)].filter((group) => group.length > 0)
}

async function compressAll(
  collected: ReadonlyMap<Chosen, Collected>,
  parts: Map<string, Part>,
  count: number,
  { store, compression, lanes, signal, progress }: EnvironmentContext,
): Promise<void> {
  // The largest first: it is the one to wait for.
  const queue = [...collected].sort(([, a], [, b]) => b.bytes - a.bytes)
  const next = async (): Promise<void> => {
    for (let item = queue.shift(); item; item = queue.shift()) {
      signal?.throwIfAborted()
      const [one, its] = item
      const part = await makePart(its, store, compression, lanes)
      await store.records.put(one.key, JSON.stringify(part))
      parts.set(one.key, part)
      progress(`compressing ${parts.size} of ${count} distributions`)
    }
  }
  // Two at a time: while one waits for the compressor, the other reads.
  await Promise.all([next(), next()])
}

/** Installs wheels into one folder; those that own a file together are installed again, each on its own. */
async function installTogether(
  wheels: readonly Chosen[],
  folder: string,
  context: EnvironmentContext,
): Promise<ReadonlyMap<Chosen, Collected>> {
  const packages = wheels.map(({ locked }) => locked)
  await installLocked(packages, folder, false, context)
  const prefix = join(folder, 'prefix')
  const found = await installedDistributions(prefix)
  const absent = wheels.filter(({ locked }) => !found.has(locked.name))
  if (absent.length > 0) throw nothingInstalled(absent, context)
  const collected = new Map<Chosen, Collected>()
  const owners = new Map<string, Chosen[]>()
  for (const one of wheels) {
    const its = collect(prefix, found.get(one.locked.name) ?? '', context.layout)
    collected.set(one, its)
    for (const { entry } of its.sources) owners.set(entry.path, [...(owners.get(entry.path) ?? []), one])
  }
  for (const one of new Set([...owners.values()].filter((list) => list.length > 1).flat())) {
    const own = join(folder, `alone-${one.locked.name}`)
    await installLocked([one.locked], own, false, context)
    collected.set(one, collect(join(own, 'prefix'), found.get(one.locked.name) ?? '', context.layout))
  }
  return collected
}

function nothingInstalled(absent: readonly Chosen[], { target }: EnvironmentContext): Failure {
  const names = absent.map(({ locked }) => locked.name).join(', ')
  return new Failure(
    'build',
    `nothing was installed for ${names}: locked, but not for Python ${target.python.full} on ${formatPlatform(target.platform)}`,
    { hint: 'lock again for this Python, or choose another base image' },
  )
}

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { formatPlatform } from '../../image/platform.ts'
import type { LockedFile, LockedPackage } from '../../project/lock.ts'
import { checkWheels } from '../../project/native.ts'
import { wheelChooser } from '../../project/tags.ts'
import { collect } from './collect.ts'
import { compress, compressionVersion } from './compress.ts'
import { installedDistributions, installLocked, type InstallContext } from './install.ts'
import type { LayerContext } from './layer.ts'
import type { Layout } from './layout.ts'
import { makePart } from './make-part.ts'
import { parsePart, type Part } from './part.ts'
import { partTarWithout } from './part-bytes.ts'
import { buildFromSource } from './source-build.ts'
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
    const part = await keptPart(one.key, context)
    if (part) parts.set(one.key, part)
    else missing.push(one)
  }
  if (missing.length > 0) {
    context.progress(
      missing.length === chosen.length
        ? `installing ${chosen.length} distributions`
        : `installing ${missing.length} of ${chosen.length} distributions`,
    )
    await makeMissing(missing, parts, context)
  }
  const all = chosen.flatMap(({ key }) => parts.get(key) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))
  const { excluded, conflicts } = settle(all)
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
  const only = wheel ? { ...locked.table, wheels: wheelTable(locked, wheel), sdist: undefined } : locked.table
  return { locked: { ...locked, table: withoutUndefined(only) }, wheel, key }
}

/** The chosen wheel's own table of the lock: the installer is to take this file and no other. */
function wheelTable(locked: LockedPackage, wheel: LockedFile): unknown[] {
  const tables = locked.table['wheels']
  const chosen: unknown = Array.isArray(tables) ? tables[locked.wheels.indexOf(wheel)] : undefined
  return chosen === undefined ? [] : [chosen]
}

function withoutUndefined(table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined))
}

async function keptPart(key: string, { store }: EnvironmentContext): Promise<Part | undefined> {
  const text = await store.records.get(key)
  const part = text === undefined ? undefined : parsePart(text)
  return part && (await store.blobs.has(part.blob.digest, part.blob.size)) ? part : undefined
}

async function makeMissing(
  missing: readonly Chosen[],
  parts: Map<string, Part>,
  context: EnvironmentContext,
): Promise<void> {
  const work = await mkdtemp(join(context.store.root, 'tmp', 'install-'))
  try {
    const wheels = missing.filter((one) => one.wheel)
    const sources = missing.filter((one) => !one.wheel)
    const places = new Map<Chosen, { prefix: string; distInfo: string }>()
    for (const [one, place] of await buildFromSource(sources, join(work, 'built'), context))
      places.set(one, place)
    if (wheels.length > 0) await installTogether(wheels, join(work, 'all'), places, context)
    const queue = missing.flatMap((one) => {
      const place = places.get(one)
      return place ? [{ one, place }] : []
    })
    let done = 0
    // Two at a time: while one waits for the compressor, the other reads.
    await Promise.all(
      [0, 1].map(async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          context.signal?.throwIfAborted()
          const { one, place } = next
          const part = await makePart(
            collect(place.prefix, place.distInfo, context.layout),
            context.store,
            context.compression,
            context.lanes,
          )
          await context.store.records.put(one.key, JSON.stringify(part))
          parts.set(one.key, part)
          done += 1
          context.progress(`compressing ${done} of ${missing.length} distributions`)
        }
      }),
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Installs wheels into one folder; those that own a file together are installed again, each on its own. */
async function installTogether(
  wheels: readonly Chosen[],
  folder: string,
  places: Map<Chosen, { prefix: string; distInfo: string }>,
  context: EnvironmentContext,
): Promise<void> {
  await installLocked(
    wheels.map(({ locked }) => locked),
    folder,
    false,
    context,
  )
  const prefix = join(folder, 'prefix')
  const found = await installedDistributions(prefix)
  const absent = wheels.filter(({ locked }) => !found.has(locked.name))
  if (absent.length > 0) throw nothingInstalled(absent, context)
  const owners = new Map<string, Chosen[]>()
  for (const one of wheels) {
    const distInfo = found.get(one.locked.name) ?? ''
    places.set(one, { prefix, distInfo })
    for (const { entry } of collect(prefix, distInfo, context.layout).sources) {
      const list = owners.get(entry.path)
      if (list) list.push(one)
      else owners.set(entry.path, [one])
    }
  }
  const sharing = new Set([...owners.values()].filter((list) => list.length > 1).flat())
  for (const one of sharing) {
    const own = join(folder, `alone-${one.locked.name}`)
    await installLocked([one.locked], own, false, context)
    places.set(one, { prefix: join(own, 'prefix'), distInfo: places.get(one)?.distInfo ?? '' })
  }
}

function nothingInstalled(absent: readonly Chosen[], { target }: EnvironmentContext): Failure {
  const names = absent.map(({ locked }) => locked.name).join(', ')
  return new Failure(
    'build',
    `nothing was installed for ${names}: locked, but not for Python ${target.python.full} on ${formatPlatform(target.platform)}`,
    { hint: 'lock again for this Python, or choose another base image' },
  )
}

/** The same part without the paths that are another's. */
async function withoutPaths(
  part: Part,
  excluded: ReadonlySet<string>,
  context: EnvironmentContext,
): Promise<Part> {
  const { store, compression, lanes } = context
  const list = createHash('sha256')
    .update([...excluded].sort().join('\0'))
    .digest('hex')
  const key = JSON.stringify([
    'part-without-1',
    compressionVersion,
    compression,
    part.blob,
    part.content,
    list,
  ])
  const kept = await keptPart(key, context)
  if (kept) return kept
  const writer = await store.blobs.create()
  try {
    await compress(partTarWithout(store, part, excluded), compression, lanes, (chunk) => writer.write(chunk))
    const blob = await writer.commit()
    const { name, version, directories, texts, hashes } = part
    const smaller: Part = {
      name,
      version,
      directories,
      texts,
      hashes,
      entries: part.entries.filter(({ path }) => !excluded.has(path)),
      blob,
      content: { start: 0, end: blob.size },
    }
    await store.records.put(key, JSON.stringify(smaller))
    return smaller
  } catch (error) {
    await writer.abort()
    throw error
  }
}

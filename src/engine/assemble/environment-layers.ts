import * as v from 'valibot'
import { isDigest, type Digest } from '../../image/digest.ts'
import { formatPlatform } from '../../image/platform.ts'
import { lasting } from '../../host/store/keep.ts'
import { keepSetSchema } from '../../host/store/keep-set.ts'
import type { LockedPackage } from '../../project/lock.ts'
import type { Base } from './base.ts'
import { compressionVersion } from './packer.ts'
import { assembleEnvironment, chooseFiles, type EnvironmentContext } from './environment.ts'
import { type AssembledLayer, heavyLayer, sharedLayer } from './layer.ts'
import { directoriesOf, type Layout } from './layout.ts'
import { directorySources } from './make-part.ts'
import type { Part } from './part.ts'
import { entry, type Source, textFile } from './source.ts'

export interface EnvironmentLayers {
  /** Lowest first. */
  readonly layers: readonly AssembledLayer[]
  readonly made: readonly string[]
  readonly warnings: readonly string[]
}

/** Distributions with a layer of their own, at most: engines take 127 layers, and each costs a request. */
const maxHeavy = 24

const schema = v.object({
  layers: v.array(
    v.object({
      descriptor: v.object({
        mediaType: v.string(),
        digest: v.custom<Digest>(isDigest),
        size: v.pipe(v.number(), v.safeInteger()),
      }),
      diffId: v.custom<Digest>(isDigest),
      createdBy: v.string(),
    }),
  ),
  warnings: v.array(v.string()),
  /** Everything they were made with: what the next lock is made with, but for what changed. */
  used: keepSetSchema,
})

/**
 * The layers of a lock's environment: kept as a whole when they were made before, with nothing else looked at; else
 * put together from the parts of its distributions.
 */
export async function environmentLayers(
  packages: readonly LockedPackage[],
  base: Base,
  context: EnvironmentContext,
): Promise<EnvironmentLayers> {
  const { compression, layout } = context
  const store = lasting(context.store)
  const chosen = chooseFiles(packages, context)
  const { path, full } = base.facts.interpreter
  const key = JSON.stringify([
    'environment-layers-4',
    // Which of two owners of a file has the last word may depend on it.
    formatPlatform(context.target.platform),
    compressionVersion,
    compression,
    layout.root,
    layout.minor,
    path,
    full,
    maxHeavy,
    chosen.map((one) => one.key),
  ])
  const text = await store.records.get(key)
  const kept = text === undefined ? undefined : v.safeParse(schema, JSON.parse(text))
  if (kept?.success) {
    const { layers, warnings, used } = kept.output
    const here = await Promise.all(
      layers.map(({ descriptor: { digest, size } }) => store.blobs.has(digest, size)),
    )
    if (here.every(Boolean)) {
      store.keep.add(used)
      return { layers, made: [], warnings }
    }
  }
  const { result, used } = await store.keep.during(async () => {
    const { parts, made, warnings } = await assembleEnvironment(chosen, { ...context, store })
    return { layers: await layersOf(parts, base, { ...context, store }), made, warnings }
  })
  const { layers, made, warnings } = result
  await store.records.put(key, JSON.stringify({ layers, warnings, used }))
  return { layers, made, warnings }
}

/** One layer for each of the heaviest distributions, by name; the rest of the environment in one above them. */
async function layersOf(
  parts: readonly Part[],
  base: Base,
  context: EnvironmentContext,
): Promise<AssembledLayer[]> {
  const bytes = (part: Part): number => part.entries.reduce((sum, { size }) => sum + size, 0)
  const heaviest = new Set(
    parts
      .filter(({ diffId }) => diffId !== undefined)
      .map((part) => ({ part, bytes: bytes(part) }))
      .sort((a, b) => b.bytes - a.bytes || (a.part.name < b.part.name ? -1 : 1))
      .slice(0, maxHeavy)
      .map(({ part }) => part),
  )
  const rest = parts.filter((part) => !heaviest.has(part))
  const layers = await Promise.all(
    parts.flatMap((part) =>
      part.diffId !== undefined && heaviest.has(part) ? heavyLayer(part, part.diffId, context) : [],
    ),
  )
  const links = interpreterLinks(base, context.layout)
  const directories = new Set([
    ...directoriesOf(
      links.map((link) => link.entry.path),
      context.layout.root,
    ),
    ...rest.flatMap((part) => part.directories),
  ])
  const head = [...directorySources([...directories].sort()), ...links]
  const count =
    rest.length === parts.length ? `${rest.length} distributions` : `${rest.length} more distributions`
  context.progress('writing the environment')
  return [...layers, await sharedLayer(head, rest, count, context)]
}

/** What makes a folder of distributions an environment of the image's interpreter (PEP 405). */
function interpreterLinks({ facts }: Base, { root, minor }: Layout): Source[] {
  const { path, full } = facts.interpreter
  const link = (name: string, linkname: string): Source => ({
    entry: entry(`${root}/bin/${name}`, 'symlink', { mode: 0o777, linkname }),
  })
  const home = path.slice(0, path.lastIndexOf('/'))
  return [
    link('python', path),
    link('python3', 'python'),
    link(`python${minor}`, 'python'),
    textFile(
      `${root}/pyvenv.cfg`,
      `home = ${home}\ninclude-system-site-packages = false\nversion = ${full}\n`,
    ),
  ]
}

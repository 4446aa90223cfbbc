import { buildBaseline } from './build-baseline.ts'
import { type Comparand, readComparand } from './engine/comparand.ts'
import type { BuildContext, Built } from './engine/assemble/build.ts'
import { createCommitGraph } from './host/git.ts'
import { formatPlatform } from './image/platform.ts'
import { sizeTreeOf } from './image/size-tree.ts'
import type { Inputs } from './inputs.ts'
import type { Baseline, ImageIdentity, Ports } from './ports.ts'

/** What each platform's image is compared with, where something was named: an image, or a measurement's file. */
export async function readNamed(
  { against, context: project }: Inputs,
  built: readonly Built[],
  context: Parameters<typeof readComparand>[2],
): Promise<readonly Comparand[] | undefined> {
  if (against === undefined) return undefined
  const found: Comparand[] = []
  for (const { platform, base } of built) {
    found.push(await readComparand(against, platform, context, { likely: base.image, project }))
  }
  return found
}

export interface FindContext extends Omit<BuildContext, 'stopwatch'> {
  readonly inputs: Inputs
  readonly ports: Ports
  /** Takes what the report must say. */
  readonly note: (text: string) => void
}

/**
 * What each platform's image is compared with where nothing was named: what was measured at the base commit or near
 * it, or a build of that commit. Undefined for a platform that has none.
 */
export async function findComparands(
  identity: ImageIdentity,
  built: readonly Built[],
  context: FindContext,
): Promise<readonly (Comparand | undefined)[]> {
  const { inputs, ports, env, signal, note } = context
  const none = built.map(() => undefined)
  if (ports.findBaseline === undefined) return none
  const search = await ports.findBaseline(identity, createCommitGraph(inputs.context, { env, signal }))
  if (search.kind === 'found') {
    return built.map(({ platform }) => comparandFor(formatPlatform(platform), search.baseline))
  }
  let why = search.note
  if (search.build) {
    const platforms = built.map(({ platform }) => platform)
    try {
      return await buildBaseline(search.build, inputs, platforms, context)
    } catch (error) {
      if (signal?.aborted === true) throw error
      why = `there is no baseline to compare with: ${search.build.text} cannot be built: ${(error as Error).message}`
    }
  }
  if (why !== undefined) note(why)
  return none
}

function comparandFor(platform: string, { text, images }: Baseline): Comparand | undefined {
  const image = images.find(({ measurement }) => measurement.image.platform === platform)
  return image && { ...image, name: text, tree: () => Promise.resolve(sizeTreeOf(image.measurement)) }
}

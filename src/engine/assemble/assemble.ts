import { availableParallelism } from 'node:os'
import type { Image } from '../../image/source.ts'
import type { Lock } from '../../project/lock.ts'
import type { Project } from '../../project/project.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import { lasting } from '../../host/store/keep.ts'
import { places } from '../../recipe/plan.ts'
import { withUser } from '../../recipe/user.ts'
import { environmentFolder } from '../../recipe/volume/environment.ts'
import type { Base } from './base.ts'
import { Lanes } from './compress.ts'
import type { EnvironmentContext } from './environment.ts'
import { type EnvironmentLayers, environmentLayers } from './environment-layers.ts'
import { composeImage } from './image.ts'
import { type AssembledLayer, sharedLayer } from './layer.ts'
import type { Layout } from './layout.ts'
import { localParts } from './local-wheel.ts'
import { directorySources } from './make-part.ts'
import type { Part } from './part.ts'
import { projectSource } from './project-source.ts'
import { entry, type Source, textFile } from './source.ts'
import { installerLayer, planVolume, volumeSources } from './volume.ts'
import { together } from '../together.ts'
import { type ProjectFile, walkProject } from './walk.ts'

export interface AssembleInput {
  readonly base: Base
  readonly recipe: Recipe
  readonly project: Project
  readonly lock: Lock
  /** Absolute paths that are no part of the project: where this build writes. */
  readonly skip: readonly string[]
}

export type AssembleContext = Omit<EnvironmentContext, 'lanes' | 'layout'>

export interface Assembled {
  readonly image: Image
  /** Names of distributions that had to be installed and compressed. */
  readonly made: readonly string[]
  readonly warnings: readonly string[]
}

/** Assembles an image from a base, a lock and a project's files, without running anything of it. */
export async function assemble(input: AssembleInput, context: AssembleContext): Promise<Assembled> {
  // One more than there are cores: while they compress, another segment is read.
  const lanes = new Lanes(Math.min(availableParallelism(), 4) + 1)
  try {
    return await assembleWith(lanes, input, context)
  } finally {
    lanes.close()
  }
}

async function assembleWith(
  lanes: Lanes,
  { base, recipe, project, lock, skip }: AssembleInput,
  context: AssembleContext,
): Promise<Assembled> {
  const { minor } = base.facts.interpreter
  const { files, warnings } = await walkProject(context.context, skip)
  const finish = async (
    lower: (own: EnvironmentContext) => Promise<readonly AssembledLayer[]>,
    layout: Layout,
    more: readonly Source[],
  ): Promise<Pick<Assembled, 'image' | 'made' | 'warnings'>> => {
    const own = { ...context, lanes, layout }
    // A build of the project's own packages mostly waits, and the others are mostly compressed.
    const [below, local] = await together(
      context.signal,
      (signal) => lower({ ...own, signal }),
      (signal) => localParts(project.localPackages, files, { ...own, signal }),
    )
    context.signal?.throwIfAborted()
    const layers = [...below, await appLayer(files, local.parts, more, base, recipe, own)]
    return {
      image: composeImage(base, layers, recipe, context.store),
      made: local.made,
      warnings: local.warnings,
    }
  }
  if (recipe.volume !== undefined) {
    const where = { root: places.appEnvironment.slice(1), minor }
    const plan = planVolume(lock, base, context.target, where)
    // Not through `current`: that link leads elsewhere once a container with another lock has started.
    const layout = { ...where, python: `${environmentFolder(recipe.volume, plan.environment)}/bin/python` }
    const installer = async (own: EnvironmentContext): Promise<readonly AssembledLayer[]> => [
      await installerLayer({ ...own, store: lasting(context.store) }),
    ]
    const done = await finish(installer, layout, volumeSources(plan, recipe, recipe.volume))
    return { ...done, warnings: [...warnings, ...done.warnings] }
  }
  const layout = { root: recipe.environment.slice(1), minor }
  let environment: Pick<EnvironmentLayers, 'made' | 'warnings'> = { made: [], warnings: [] }
  const lower = async (own: EnvironmentContext): Promise<readonly AssembledLayer[]> => {
    const { layers, ...more } = await environmentLayers(lock.packages, base, own)
    environment = more
    return layers
  }
  const done = await finish(lower, layout, [])
  return {
    ...done,
    made: [...environment.made, ...done.made],
    warnings: [...warnings, ...environment.warnings, ...done.warnings],
  }
}

/** The project's files, its own packages, and the user that runs them. */
async function appLayer(
  files: readonly ProjectFile[],
  parts: readonly Part[],
  more: readonly Source[],
  base: Base,
  recipe: Recipe,
  context: EnvironmentContext,
): Promise<AssembledLayer> {
  const app = recipe.app.slice(1)
  const sources = files.map((file) => projectSource(file, app))
  const own = [{ entry: entry(app, 'directory') }, ...userSources(recipe, base), ...more]
  const directories = new Set(parts.flatMap((part) => part.directories))
  const head = [...own, ...directorySources([...directories].sort()), ...sources]
  const isDirectory = ({ entry: { type } }: Source): boolean => type === 'directory'
  const ordered = [...head.filter(isDirectory), ...head.filter((source) => !isDirectory(source))]
  context.progress('writing the app')
  return sharedLayer(ordered, parts, 'app', context)
}

function userSources({ user }: Recipe, { facts }: Base): Source[] {
  if (!user.create) return []
  const { passwd, group } = withUser(user, facts.passwd, facts.group)
  const home = user.home.slice(1)
  return [
    { entry: entry(home, 'directory', { uid: user.uid, gid: user.gid }) },
    textFile('etc/passwd', passwd),
    textFile('etc/group', group),
  ]
}

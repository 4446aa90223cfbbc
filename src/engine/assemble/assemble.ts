import { availableParallelism } from 'node:os'
import type { Image } from '../../image/source.ts'
import type { LayerListing } from '../../image/listing.ts'
import type { Lock } from '../../project/lock.ts'
import type { Project } from '../../project/project.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import { places } from '../../recipe/plan.ts'
import { withUser } from '../../recipe/user.ts'
import { environmentFolder } from '../../recipe/volume/environment.ts'
import type { Base } from './base.ts'
import { Lanes } from './compress.ts'
import { assembleEnvironment, type EnvironmentContext } from './environment.ts'
import { composeImage } from './image.ts'
import { type AssembledLayer, heavyLayer, sharedLayer } from './layer.ts'
import { directoriesOf, type Layout } from './layout.ts'
import { localParts } from './local-wheel.ts'
import { directorySources } from './make-part.ts'
import type { Part } from './part.ts'
import { projectSource } from './project-source.ts'
import { entry, type Source, textFile } from './source.ts'
import { installerLayer, planVolume, volumeSources } from './volume.ts'
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
  /** Of all layers, lowest first. */
  readonly listings: readonly LayerListing[]
  /** Names of distributions that had to be installed and compressed. */
  readonly made: readonly string[]
  readonly warnings: readonly string[]
}

/** Distributions with a layer of their own, at most: engines take 127 layers, and each costs a request. */
const maxHeavy = 24

/** Assembles an image from a base, a lock and a project's files, without running anything of it. */
export async function assemble(input: AssembleInput, context: AssembleContext): Promise<Assembled> {
  const { base, recipe, project, lock, skip } = input
  // One more than there are cores: while they compress, another segment is read.
  const lanes = new Lanes(Math.min(availableParallelism(), 4) + 1)
  const { minor } = base.facts.interpreter
  const { files, warnings } = await walkProject(context.context, skip)
  const finish = async (
    below: readonly AssembledLayer[],
    layout: Layout,
    more: readonly Source[],
  ): Promise<Pick<Assembled, 'image' | 'listings' | 'made'>> => {
    const own = { ...context, lanes, layout }
    const local = await localParts(project.localPackages, files, own)
    const layers = [...below, await appLayer(files, local.parts, more, base, recipe, own)]
    return {
      image: composeImage(base, layers, recipe, context.store),
      listings: [...base.listings, ...layers.map(({ listing }) => listing)],
      made: local.made,
    }
  }
  if (recipe.volume !== undefined) {
    const where = { root: places.appEnvironment.slice(1), minor }
    const plan = planVolume(lock, base, context.target, where)
    // Not through `current`: that link leads elsewhere once a container with another lock has started.
    const layout = { ...where, python: `${environmentFolder(recipe.volume, plan.environment)}/bin/python` }
    const installer = await installerLayer({ ...context, lanes, layout })
    const done = await finish([installer], layout, volumeSources(plan, recipe, recipe.volume))
    return { ...done, warnings }
  }
  const layout = { root: recipe.environment.slice(1), minor }
  const own = { ...context, lanes, layout }
  const environment = await assembleEnvironment(lock.packages, own)
  const done = await finish(await environmentLayers(environment.parts, base, own), layout, [])
  return {
    ...done,
    made: [...environment.made, ...done.made],
    warnings: [...warnings, ...environment.warnings],
  }
}

/** One layer for each of the heaviest distributions, by name; the rest of the environment in one above them. */
async function environmentLayers(
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
  const layers: AssembledLayer[] = []
  const rest: Part[] = []
  for (const part of parts) {
    if (part.diffId !== undefined && heaviest.has(part)) layers.push(heavyLayer(part, part.diffId, context))
    else rest.push(part)
  }
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

import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../failure.ts'
import { uvRequirement } from '../../host/uv/fetch.ts'
import type { Lock } from '../../project/lock.ts'
import { withOnly } from '../../project/narrow.ts'
import { checkWheels } from '../../project/native.ts'
import { renderPylock } from '../../project/pylock.ts'
import { wheelChooser } from '../../project/tags.ts'
import type { Target } from '../../project/target.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import { renderStartConfig, type StartOptions } from '../../recipe/volume/config.ts'
import { environmentName } from '../../recipe/volume/environment.ts'
import { volumePlaces } from '../../recipe/volume/places.ts'
import { renderRequirements } from '../../recipe/volume/requirements.ts'
import { startProgram } from '../../recipe/volume/start.py.ts'
import type { Base } from './base.ts'
import { collect } from './collect.ts'
import { compressionVersion } from './packer.ts'
import { installRequirements, installedDistributions } from './install.ts'
import type { EnvironmentContext } from './environment.ts'
import { type AssembledLayer, sharedLayer } from './layer.ts'
import { type Layout, sitePackages } from './layout.ts'
import { directorySources, makePart } from './make-part.ts'
import { keptPart } from './kept-part.ts'
import type { Part } from './part.ts'
import { entry, type Source, textFile } from './source.ts'

/** The layer with the installer: uv for the image's platform, of the one version that this program knows. */
export async function installerLayer(context: EnvironmentContext): Promise<AssembledLayer> {
  const { store, target, compression } = context
  const key = JSON.stringify([
    'installer-1',
    compressionVersion,
    compression,
    uvRequirement(),
    target.platform,
    target.libc.kind,
  ])
  const part = (await keptPart(key, store)) ?? (await makeInstaller(key, context))
  return sharedLayer(directorySources(part.directories), [part], `uv ${part.version}`, context)
}

async function makeInstaller(key: string, context: EnvironmentContext): Promise<Part> {
  const { store, compression, lanes } = context
  const work = await mkdtemp(join(store.root, 'tmp', 'installer-'))
  try {
    context.progress('installing uv for the image')
    await installRequirements(uvRequirement(), work, context)
    const prefix = join(work, 'prefix')
    const distInfo = (await installedDistributions(prefix)).get('uv')
    if (distInfo === undefined) throw new Failure('build', 'uv was not installed for the image')
    const layout = { root: volumePlaces.folder.slice(1), minor: context.layout.minor }
    const all = collect(prefix, distInfo, layout)
    // The program alone: the distribution around it would be one more environment in the image.
    const program = volumePlaces.installer.slice(1)
    const sources = all.sources.filter(({ entry: { path } }) => path === program)
    const directories = [volumePlaces.folder, dirname(volumePlaces.installer)].map((path) => path.slice(1))
    const alone = { ...all, sources, directories, texts: {}, hashes: {} }
    const part = await makePart(alone, store, compression, lanes, false)
    await store.records.put(key, JSON.stringify(part))
    return part
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** What the volume of a lock will hold, and what the image says of it. */
export interface VolumePlan {
  /** Name of the lock's folder in the volume. */
  readonly environment: string
  readonly lock: string
  readonly requirements: string | undefined
  readonly config: Omit<StartOptions, 'volume' | 'environment'>
}

/**
 * The part of a lock that is for this image: of each package the one wheel that fits. Throws Failure for packages
 * that cannot be had where the container starts.
 */
export function planVolume(lock: Lock, { facts }: Base, target: Target, layout: Layout): VolumePlan {
  checkWheels(lock.packages, target)
  const choose = wheelChooser(target)
  const packages = lock.packages.map((locked) => {
    const wheel = choose(locked.wheels)
    return wheel ? withOnly(locked, wheel) : locked
  })
  const files = packages.flatMap((locked) =>
    [...locked.wheels, locked.sdist].map((file) => ({ locked, file })),
  )
  const local = files.filter(({ file }) => file?.path !== undefined)
  if (local.length > 0) {
    throw new Failure(
      'build',
      `these packages are files beside the lock, which a container that syncs a volume does not have: ${local.map(({ locked }) => locked.name).join(', ')}`,
      { hint: 'publish them to an index, or use mode ship' },
    )
  }
  const text = renderPylock(packages, { dropIndexes: true })
  const requirements = renderRequirements(packages, volumePlaces.folder)
  const interpreter = facts.interpreter.path
  const paths = [`/${sitePackages(layout)}`]
  return {
    environment: environmentName({ lock: text, target, interpreter, paths, compileBytecode: false }),
    lock: text,
    requirements,
    config: {
      interpreter,
      python: facts.interpreter.full,
      distributions: packages.length,
      requirements: requirements === undefined ? null : volumePlaces.requirements,
      paths,
      build: packages.some((locked) => locked.wheels.length === 0),
    },
  }
}

/** What stands in the image instead of the environment: the lock, the start program, and the volume's place. */
export function volumeSources(plan: VolumePlan, { user }: Recipe, volume: string): Source[] {
  const at = (path: string): string => path.slice(1)
  const config = renderStartConfig({ ...plan.config, volume, environment: plan.environment })
  return [
    // A fresh named volume takes owner and mode from the folder it is mounted over.
    { entry: entry(at(volume), 'directory', { uid: user.uid, gid: user.gid }) },
    { entry: entry(at(volumePlaces.folder), 'directory') },
    textFile(at(volumePlaces.lock), plan.lock),
    ...(plan.requirements === undefined ? [] : [textFile(at(volumePlaces.requirements), plan.requirements)]),
    textFile(at(volumePlaces.config), config),
    textFile(at(volumePlaces.program), startProgram()),
  ]
}

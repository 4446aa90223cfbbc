import { resolve } from 'node:path'
import type { ImageContext } from '../../host/images/context.ts'
import { openImage } from '../../host/images/open.ts'
import { readLock } from '../../host/project/read-lock.ts'
import { readProject } from '../../host/project/read-project.ts'
import { findUv } from '../../host/uv/find.ts'
import { hostPython } from '../../host/uv/python.ts'
import { Failure } from '../../failure.ts'
import type { Inputs } from '../../inputs.ts'
import { formatPlatform, type Platform } from '../../image/platform.ts'
import { type ImageReference, parseImageReference } from '../../image/reference.ts'
import type { Lock } from '../../project/lock.ts'
import type { Project } from '../../project/project.ts'
import { newestPython } from '../../project/python-choice.ts'
import { lockFor } from '../../project/select.ts'
import type { Target } from '../../project/target.ts'
import { satisfiesSpecifier } from '../../project/version.ts'
import { planRecipe } from '../../recipe/plan.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import { assemble, type Assembled } from './assemble.ts'
import { type Base, inspectBase } from './base.ts'
import { lasting } from '../../host/store/keep.ts'
import type { Store } from '../../host/store/store.ts'
import type { Progress } from '../../progress.ts'
import type { Stopwatch } from '../stopwatch.ts'

export interface BuildContext {
  readonly store: Store
  readonly env: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly stopwatch: Stopwatch
  readonly images: ImageContext
  readonly signal: AbortSignal | undefined
}

/** One platform's image, and what it was made from. */
export interface Built extends Assembled {
  readonly platform: Platform
  readonly base: Base
  readonly recipe: Recipe
  readonly project: Project
  readonly target: Target
  /** What of the lock applies to the target. */
  readonly lock: Lock
}

/** Builds the image of a project for each platform that was asked for, from its lock, without a daemon. */
export async function buildImages(
  inputs: Inputs,
  platforms: readonly Platform[],
  skip: readonly string[],
  context: BuildContext,
): Promise<readonly Built[]> {
  const { store, env, progress, stopwatch } = context
  // What still works beside a step that has failed is stopped with it.
  const stop = new AbortController()
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal
  const notes = new Set<string>()
  const note = (text: string): void => {
    if (!notes.has(text)) progress.note(text)
    notes.add(text)
  }
  const chosen = { groups: inputs.groups, extras: inputs.extras }
  const uv = once(() => findUv(store.root, { env, note, signal }))
  const python = once(() => hostPython(env, signal))
  const cache = lasting(store).records
  const warn = (text: string): void => progress.warn(text)
  const lockOptions = { ...chosen, target: undefined, uv, python, cache, note, warn, env, signal }
  const readWhole = once(() =>
    progressing(progress, 'lock', () => stopwatch.time('lock', () => readLock(inputs.context, lockOptions))),
  )
  try {
    const project = await stopwatch.time('project', () => readProject(inputs.context, chosen))
    // The lock and the base have nothing to do with each other until both are there.
    readWhole().catch(() => undefined)
    const reference = inputs.base ?? (await defaultBase(inputs, platforms, project, readWhole))
    const built: Built[] = []
    for (const platform of platforms) {
      const of = platforms.length === 1 ? '' : ` ${formatPlatform(platform)}`
      const base = await progressing(progress, `base${of}`, (update) =>
        stopwatch.time('base', async () =>
          inspectBase(await openImage(reference, platform, context.images), store, update),
        ),
      )
      const target = targetOf(base, platform)
      checkPython(project, base, target)
      const lock = lockFor(target, await readWhole(), chosen)
      const { recipe, notes } = planRecipe({
        mode: inputs.mode,
        project,
        base: { config: base.image.config.config, facts: base.facts },
        command: inputs.command,
        user: inputs.user,
      })
      notes.forEach(note)
      const input = { base, recipe, project, lock, skip: [...skip, ...ownFiles(inputs, store)] }
      const { compression } = inputs
      const own = { store, env, signal, uv, python, target, context: inputs.context, compression }
      const assembled = await progressing(progress, `assemble${of}`, (update) =>
        stopwatch.time(
          'assemble',
          () => assemble(input, { ...own, progress: update }),
          ({ made }) => made.length === 0,
        ),
      )
      assembled.warnings.forEach((text) => progress.warn(text))
      built.push({ ...assembled, platform, base, recipe, project, target, lock })
    }
    return built
  } finally {
    stop.abort()
  }
}

async function defaultBase(
  inputs: Inputs,
  platforms: readonly Platform[],
  project: Project,
  lock: () => Promise<Lock>,
): Promise<ImageReference> {
  let minor = inputs.pythonVersion
  if (minor === undefined) {
    const { requiresPython, packages } = await lock()
    minor = newestPython([project.requiresPython, requiresPython], packages, platforms, inputs)
  }
  return parseImageReference(`docker://docker.io/library/python:${minor}-slim`)
}

/** What this program keeps, writes or reads that is no part of the project, though it may lie in its folder. */
function ownFiles({ json, markdown, html, sbom, against }: Inputs, { root }: Store): readonly string[] {
  const named = [json, markdown, html, sbom, against].flatMap((path) => path ?? [])
  return [root, ...named.map((path) => resolve(path))]
}

function targetOf({ facts }: Base, platform: Platform): Target {
  const { minor, full } = facts.interpreter
  return { platform, python: { minor, full }, libc: facts.libc }
}

function checkPython({ requiresPython }: Project, { image }: Base, { python }: Target): void {
  if (requiresPython === undefined || satisfiesSpecifier(python.full, requiresPython)) return
  throw new Failure(
    'build',
    `${image.reference} has Python ${python.full}, and the project requires ${requiresPython}`,
    {
      hint: 'choose a base image with such a Python, or change requires-python and lock again',
    },
  )
}

/** Shows a step while it works; its end is told whichever way it goes. */
async function progressing<T>(
  progress: Progress,
  name: string,
  work: (update: (text: string) => void) => Promise<T>,
): Promise<T> {
  const step = progress.step(name)
  try {
    const result = await work((text) => step.update(text))
    step.done()
    return result
  } catch (error) {
    step.failed()
    throw error
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

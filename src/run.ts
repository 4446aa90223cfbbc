import { resolve } from 'node:path'
import { type Verdict, worst } from './budget/verdict.ts'
import { totalStep } from './compare/timings.ts'
import { buildImages, type Built } from './engine/assemble/build.ts'
import { inventoryOfBuilt, measureBuilt, treeOfBuilt } from './engine/assemble/measure-built.ts'
import type { Comparand } from './engine/comparand.ts'
import { deliver, destinationsOf } from './engine/deliver.ts'
import { Stopwatch } from './engine/stopwatch.ts'
import { together } from './engine/together.ts'
import { unknownIn } from './engine/unknown.ts'
import { findComparands, readNamed } from './find-baseline.ts'
import { bundle } from './host/images/bundle.ts'
import { createImageContext } from './host/images/context.ts'
import { checkDestination } from './host/images/write.ts'
import type { RestoredForRun } from './host/store/between-runs.ts'
import { healing } from './host/store/heal.ts'
import { openStore, pruneStore, type Store, storeRoot } from './host/store/store.ts'
import type { Measurement } from './image/measurement.ts'
import { formatPlatform, hostPlatform } from './image/platform.ts'
import { formatImageReference } from './image/reference.ts'
import type { Inputs } from './inputs.ts'
import { type Judged, judgeImages } from './judge-images.ts'
import type { ImageIdentity, Ports } from './ports.ts'
import { collecting, type Progress } from './progress.ts'
import type { ReportInput } from './report/input.ts'

/** What a run needs from whoever starts it. */
export interface RunContext {
  readonly env: NodeJS.ProcessEnv
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Milliseconds of a clock that only goes forward, and of the calendar. */
  readonly now: () => number
  readonly today: () => number
  /** Puts what earlier runs left into the store, before the build. Never throws. */
  readonly restore?: ((store: Store, inputs: Inputs) => Promise<RestoredForRun>) | undefined
  readonly ports?: Ports
  /** What the reports need though no path of the inputs asks for it. */
  readonly details?: Details
}

/** What takes another look at the layers, and so is there for who wants it only. */
export interface Details {
  /** Where the bytes are, down to the files. */
  readonly trees: boolean
  readonly inventory: boolean
}

/** What came of a run; nothing has been told to anyone yet. */
export interface RunResult {
  readonly identity: ImageIdentity
  /** Of the manifest, or of the index of several platforms. */
  readonly digest: string
  /** Where the image went, as a user would type it. */
  readonly images: readonly string[]
  /** One for each platform, in the order they were asked for. */
  readonly reports: readonly (ReportInput & Judged)[]
  /** The worst of all. */
  readonly verdict: Verdict['overall']
  readonly restored: RestoredForRun | undefined
}

/** One run: read, build, measure, compare, judge. Throws Failure for what a user can mend. */
export async function run(inputs: Inputs, context: RunContext): Promise<RunResult> {
  const { env, progress, signal, now, ports = {} } = context
  const stopwatch = new Stopwatch(now)
  const started = now()
  const notes: string[] = []
  const store = await openStore(storeRoot(env))
  const images = createImageContext({ env, signal, seals: store.seals })
  try {
    const platforms = inputs.platforms.length > 0 ? inputs.platforms : [hostPlatform(process.arch)]
    const telling = collecting(progress, notes)
    const { local, registries } = destinationsOf(inputs)
    for (const to of local) await checkDestination(to)
    const { restore } = context
    const restored =
      restore &&
      (await stopwatch.time(
        'restore',
        () => restore(store, inputs),
        ({ whole }) => whole,
        ({ text }) => text,
      ))
    if (restored?.warning !== undefined) telling.warn(restored.warning)
    else if (restored) progress.note(restored.text)
    const skip = local.flatMap((to) => ('path' in to ? [resolve(to.path)] : []))
    const options = { tags: inputs.tags, context: images, progress: telling }
    const own = { store, env, progress: telling, images, signal }
    const build = (): Promise<readonly Built[]> => buildImages(inputs, platforms, skip, { ...own, stopwatch })
    const imagesOf = (all: readonly Built[]): Built['image'][] => all.map(({ image }) => image)
    const reference = [...local, ...registries].map(formatImageReference)[0] ?? ''
    const how = { mode: inputs.mode, reference, timings: [], store }
    const { built, named, measured, ms } = await healing(
      async () => {
        const built = await build()
        // Before anything is written: what to compare with may be what is replaced.
        const named = await readNamed(inputs, built, { store, images })
        const write = async (): Promise<number> => {
          await stopwatch.time('write', () => deliver(imagesOf(built), local, options))
          return Math.round(now() - started)
        }
        const measure = (): Promise<Measurement[]> => Promise.all(built.map((one) => measureBuilt(one, how)))
        const [ms, measured] = await together(signal, write, measure)
        return { built, named, measured, ms }
      },
      (text) => progress.warn(text),
    )
    const cached = built.every(({ made }) => made.length === 0)
    const timings = [...stopwatch.timings(), { step: totalStep, ms, cached }]
    const measurements = measured.map((one) => ({ ...one, timings }))
    const identity = {
      name: inputs.name ?? built[0]?.project.name ?? '',
      platforms: platforms.map(formatPlatform),
    }
    const note = (text: string): number => notes.push(text)
    const comparands = named ?? (await findComparands(identity, built, { inputs, ports, ...own, note }))
    const judged = await judgeImages(measurements, comparands, inputs, ports)
    const verdict = worst(judged.map((one) => one.verdict.overall))
    const delivered: string[] = local.map(formatImageReference)
    if (verdict !== 'fail') {
      let made: readonly Built[] | undefined = built
      const push = async (): Promise<void> => {
        const pushed = made ?? (await build())
        made = undefined
        await deliver(imagesOf(pushed), registries, options)
      }
      await healing(push, (text) => progress.warn(text))
      delivered.push(...registries.map(formatImageReference))
    } else if (registries.length > 0) {
      telling.warn(
        `the image is over budget and was not pushed to ${registries.map(formatImageReference).join(', ')}`,
      )
    }
    const reports: RunResult['reports'][number][] = []
    const wanted = {
      trees: inputs.html !== undefined || context.details?.trees === true,
      inventory: inputs.sbom !== undefined || context.details?.inventory === true,
    }
    for (const [i, one] of judged.entries()) {
      reports.push({
        ...one,
        name:
          identity.platforms.length === 1
            ? identity.name
            : `${identity.name} (${identity.platforms[i] ?? ''})`,
        ...(await detailsOf(built[i], comparands[i], store, wanted)),
        notes: [...notes, ...unknownIn(one.measurement)],
        outputs: delivered.map((value) => ({ label: 'image', value })),
      })
    }
    await pruneStore(store, context.today()).catch(() => 0)
    const { digest } = bundle(imagesOf(built)).root.descriptor
    return { identity, digest, images: delivered, reports, verdict, restored }
  } finally {
    await images.close()
  }
}

async function detailsOf(
  built: Built | undefined,
  comparand: Comparand | undefined,
  store: Store,
  { trees, inventory }: Details,
): Promise<Pick<ReportInput, 'tree' | 'baseTree' | 'inventory'>> {
  if (built === undefined) return {}
  return {
    ...(trees ? { tree: await treeOfBuilt(built, store), baseTree: await comparand?.tree() } : {}),
    ...(inventory ? { inventory: await inventoryOfBuilt(built, store) } : {}),
  }
}

import { resolve } from 'node:path'
import { judge } from './budget/evaluate.ts'
import type { Verdict } from './budget/verdict.ts'
import { compare } from './compare/compare.ts'
import type { Delta } from './compare/delta.ts'
import { totalStep } from './compare/timings.ts'
import { buildImages, type Built } from './engine/assemble/build.ts'
import { type Comparand, readComparand } from './engine/comparand.ts'
import { deliver, destinationsOf } from './engine/deliver.ts'
import { listLayers } from './engine/listings.ts'
import { measureImage } from './engine/measured.ts'
import { Stopwatch } from './engine/stopwatch.ts'
import { bundle } from './host/images/bundle.ts'
import { createImageContext } from './host/images/context.ts'
import { checkDestination } from './host/images/write.ts'
import { healing } from './host/store/heal.ts'
import { openStore, pruneStore, type Store, storeRoot } from './host/store/store.ts'
import type { Measurement } from './image/measurement.ts'
import { formatPlatform, hostPlatform } from './image/platform.ts'
import { formatImageReference } from './image/reference.ts'
import { type SizeNode, sizeTree } from './image/size-tree.ts'
import type { Inputs } from './inputs.ts'
import type { Progress } from './progress.ts'
import { directNames } from './project/direct.ts'
import { requirementsIn } from './project/installed.ts'
import { markerEnvironment } from './project/target.ts'
import type { ReportInput } from './report/input.ts'

/** What a run needs from whoever starts it. */
export interface RunContext {
  readonly env: NodeJS.ProcessEnv
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Milliseconds of a clock that only goes forward, and of the calendar. */
  readonly now: () => number
  readonly today: () => number
}

/** What came of a run; nothing has been told to anyone yet. */
export interface RunResult {
  /** Of the manifest, or of the index of several platforms. */
  readonly digest: string
  /** Where the image went, as a user would type it. */
  readonly images: readonly string[]
  /** One for each platform, in the order they were asked for. */
  readonly reports: readonly (ReportInput & {
    readonly verdict: Verdict
    readonly delta: Delta | undefined
    /** What the image was compared with. */
    readonly base: Measurement | undefined
  })[]
  /** The worst of all. */
  readonly verdict: Verdict['overall']
}

/** One run: read, build, measure, compare, judge. Throws Failure for what a user can mend. */
export async function run(inputs: Inputs, context: RunContext): Promise<RunResult> {
  const { env, progress, signal, now } = context
  const stopwatch = new Stopwatch(now)
  const started = now()
  const notes: string[] = []
  const store = await openStore(storeRoot(env))
  const images = createImageContext({ env, signal })
  try {
    const platforms = inputs.platforms.length > 0 ? inputs.platforms : [hostPlatform(process.arch)]
    const telling = collecting(progress, notes)
    const { local, registries } = destinationsOf(inputs)
    for (const to of local) await checkDestination(to)
    const skip = local.flatMap((to) => ('path' in to ? [resolve(to.path)] : []))
    const options = { tags: inputs.tags, context: images, progress: telling }
    const build = (): Promise<readonly Built[]> =>
      buildImages(inputs, platforms, skip, { store, env, progress: telling, stopwatch, images, signal })
    const attempt = async (): Promise<{ built: readonly Built[]; comparands: readonly Comparand[] }> => {
      const built = await build()
      // Before anything is written: what to compare with may be what is replaced.
      const comparands = await comparandsOf(inputs, built, { store, images })
      await stopwatch.time('write', () =>
        deliver(
          built.map(({ image }) => image),
          local,
          options,
        ),
      )
      return { built, comparands }
    }
    const { built, comparands } = await healing(attempt, (text) => progress.warn(text))
    const cached = built.every(({ made }) => made.length === 0)
    const total = { step: totalStep, ms: Math.round(now() - started), cached }
    const timings = [...stopwatch.timings(), total]
    const reference = [...local, ...registries].map(formatImageReference)[0] ?? ''
    const reports: RunResult['reports'][number][] = []
    const delivered: string[] = local.map(formatImageReference)
    for (const [i, one] of built.entries()) {
      const measurement = await measureBuilt(one, inputs, reference, timings, store)
      const comparand = comparands[i]
      const delta = comparand && compare(measurement, comparand.measurement)
      reports.push({
        name: reportName(inputs, one, built.length),
        measurement: delta ? withUpdateDownload(measurement, delta) : measurement,
        delta,
        base: comparand?.measurement,
        baselineText: comparand?.name,
        ...(inputs.html === undefined
          ? {}
          : { tree: await treeOf(one, store), baseTree: await comparand?.tree() }),
        verdict: judge({ failOn: inputs.failOn, warnOn: inputs.warnOn }, measurement, delta),
        notes,
        outputs: [],
      })
    }
    const verdict = worst(reports.map((report) => report.verdict.overall))
    if (verdict !== 'fail') {
      let made: readonly Built[] | undefined = built
      const push = async (): Promise<void> => {
        const pushed = made ?? (await build())
        made = undefined
        await deliver(
          pushed.map(({ image }) => image),
          registries,
          options,
        )
      }
      await healing(push, (text) => progress.warn(text))
      delivered.push(...registries.map(formatImageReference))
    } else if (registries.length > 0) {
      telling.warn(
        `the image is over budget and was not pushed to ${registries.map(formatImageReference).join(', ')}`,
      )
    }
    await pruneStore(store, context.today()).catch(() => 0)
    const outputs = delivered.map((value) => ({ label: 'image', value }))
    return {
      digest: bundle(built.map(({ image }) => image)).root.descriptor.digest,
      images: delivered,
      reports: reports.map((report) => ({ ...report, outputs })),
      verdict,
    }
  } finally {
    await images.close()
  }
}

/** What each platform's image is compared with; nothing when nothing was named. */
async function comparandsOf(
  { against }: Inputs,
  built: readonly Built[],
  context: Parameters<typeof readComparand>[2],
): Promise<readonly Comparand[]> {
  const found: Comparand[] = []
  if (against === undefined) return found
  for (const { platform } of built) found.push(await readComparand(against, platform, context))
  return found
}

function measureBuilt(
  { image, base, project, platform }: Built,
  inputs: Inputs,
  reference: string,
  timings: Measurement['timings'],
  store: Store,
): Promise<Measurement> {
  const baseLayers = base.image.manifest.layers.length
  const how = { reference, baseLayers, mode: inputs.mode, engine: 'assemble', timings } as const
  const { interpreter: python, libc } = base.facts
  const requirementsOf = requirementsIn(markerEnvironment({ platform, python, libc }))
  const named = { ...how, directNames: directNames(project), requirementsOf }
  return measureImage(image, named, store, () => undefined)
}

async function treeOf({ image, base }: Built, store: Store): Promise<SizeNode> {
  const listings = await listLayers(image, store, () => undefined)
  return sizeTree({ ...image, listings, baseLayers: base.image.manifest.layers.length })
}

function withUpdateDownload(measurement: Measurement, { updateDownload }: Delta): Measurement {
  if (updateDownload.kind !== 'compared') return measurement
  return { ...measurement, sizes: { ...measurement.sizes, updateDownload: updateDownload.after } }
}

function reportName(inputs: Inputs, { project, platform }: Built, count: number): string {
  const name = inputs.name ?? project.name
  return count === 1 ? name : `${name} (${formatPlatform(platform)})`
}

/** Passes everything on, warnings once, and keeps them for the report. */
function collecting(progress: Progress, notes: string[]): Progress {
  return {
    step: (name) => progress.step(name),
    note: (text) => progress.note(text),
    warn: (text) => {
      if (notes.includes(text)) return
      notes.push(text)
      progress.warn(text)
    },
  }
}

function worst(outcomes: readonly Verdict['overall'][]): Verdict['overall'] {
  const order = ['skipped', 'pass', 'warn', 'fail'] as const
  return order[Math.max(...outcomes.map((one) => order.indexOf(one)))] ?? 'skipped'
}

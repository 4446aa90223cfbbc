import { resolve } from 'node:path'
import { judge } from './budget/evaluate.ts'
import type { Verdict } from './budget/verdict.ts'
import { compare } from './compare/compare.ts'
import type { Delta } from './compare/delta.ts'
import { totalStep } from './compare/timings.ts'
import { buildImages, type Built } from './engine/assemble/build.ts'
import { readComparand } from './engine/comparand.ts'
import { listLayers } from './engine/listings.ts'
import { measureImage } from './engine/measured.ts'
import { Stopwatch } from './engine/stopwatch.ts'
import { createImageContext } from './host/images/context.ts'
import { writeImage } from './host/images/write.ts'
import { healing } from './host/store/heal.ts'
import { openStore, pruneStore, type Store, storeRoot } from './host/store/store.ts'
import type { Measurement } from './image/measurement.ts'
import { formatPlatform, hostPlatform } from './image/platform.ts'
import { formatImageReference, type ImageReference, parseImageReference } from './image/reference.ts'
import { type SizeNode, sizeTree } from './image/size-tree.ts'
import type { Inputs } from './inputs.ts'
import type { Progress } from './progress.ts'
import { directNames } from './project/direct.ts'
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
    const destinations = destinationsOf(inputs)
    const skip = destinations.flatMap((to) => ('path' in to ? [resolve(to.path)] : []))
    const attempt = async (): Promise<{ built: readonly Built[]; digest: string }> => {
      const built = await buildImages(inputs, platforms, skip, {
        store,
        env,
        progress: telling,
        stopwatch,
        images,
        signal,
      })
      const digest = await stopwatch.time('write', () =>
        write(built, inputs, destinations, { images, progress: telling }),
      )
      return { built, digest }
    }
    const { built, digest } = await healing(attempt, (text) => progress.warn(text))
    const timings = [
      ...stopwatch.timings(),
      {
        step: totalStep,
        ms: Math.round(now() - started),
        cached: built.every(({ made }) => made.length === 0),
      },
    ]
    const written = destinations.map(formatImageReference)
    const reports: RunResult['reports'][number][] = []
    for (const one of built) {
      const measurement = await measureBuilt(one, inputs, written[0] ?? '', timings, store)
      const comparand =
        inputs.against === undefined
          ? undefined
          : await readComparand(inputs.against, one.platform, { store, images })
      const delta = comparand && compare(measurement, comparand.measurement)
      reports.push({
        name: reportName(inputs, one, built.length),
        measurement: delta ? withUpdateDownload(measurement, delta) : measurement,
        delta,
        baselineText: comparand?.name,
        ...(inputs.html === undefined ? {} : { tree: await treeOf(one, store), baseTree: comparand?.tree() }),
        verdict: judge({ failOn: inputs.failOn, warnOn: inputs.warnOn }, measurement, delta),
        notes,
        outputs: written.map((value) => ({ label: 'image', value })),
      })
    }
    await pruneStore(store, context.today()).catch(() => 0)
    return { digest, images: written, reports, verdict: worst(reports.map(({ verdict }) => verdict.overall)) }
  } finally {
    await images.close()
  }
}

/** Where the image goes: the output that was named, and each tag when it is pushed. */
function destinationsOf(inputs: Inputs): readonly ImageReference[] {
  const pushed = inputs.push
    ? inputs.tags.map((tag) => parseImageReference(`docker://${tag.replace(/^docker:\/\//, '')}`))
    : []
  return [...(inputs.output ? [inputs.output] : []), ...pushed]
}

async function write(
  built: readonly Built[],
  inputs: Inputs,
  destinations: readonly ImageReference[],
  { images, progress }: { images: ReturnType<typeof createImageContext>; progress: Progress },
): Promise<string> {
  let digest = ''
  for (const to of destinations) {
    const step = progress.step(`write ${formatImageReference(to)}`)
    try {
      const tags = to.transport === 'docker' ? [] : inputs.tags
      digest = (
        await writeImage(
          built.map(({ image }) => image),
          to,
          { context: images, tags },
        )
      ).digest
      step.done()
    } catch (error) {
      step.failed()
      throw error
    }
  }
  return digest
}

function measureBuilt(
  { image, base, project }: Built,
  inputs: Inputs,
  reference: string,
  timings: Measurement['timings'],
  store: Store,
): Promise<Measurement> {
  const baseLayers = base.image.manifest.layers.length
  const how = { reference, baseLayers, mode: inputs.mode, engine: 'assemble', timings } as const
  return measureImage(image, { ...how, directNames: directNames(project) }, store, () => undefined)
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

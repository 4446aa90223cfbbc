import { readFile, stat } from 'node:fs/promises'
import type { HistoryPoint } from '../compare/history.ts'
import { Failure } from '../failure.ts'
import type { Measurement } from '../image/measurement.ts'
import { maxMeasurementBytes, parseMeasurements, tooLarge } from '../image/parse-measurement.ts'
import { formatPlatform, type Platform } from '../image/platform.ts'
import { parseImageReference } from '../image/reference.ts'
import { type SizeNode, sizeTreeOf } from '../image/size-tree.ts'
import { silent } from '../progress.ts'
import { type AnalysisContext, analyzeImage } from './analysis.ts'
import type { BaseHints } from './base.ts'

/** What to compare with, measured, and its name for people. */
export interface Comparand {
  readonly name: string
  readonly measurement: Measurement
  readonly tree: () => Promise<SizeNode>
  /** What its branch measured, oldest first, where that is known; the last one is its own. */
  readonly history?: readonly HistoryPoint[]
}

/** A measurement from its file, or an image that is measured now; `hints` may tell of its base. Throws Failure that names what was given. */
export async function readComparand(
  given: string,
  platform: Platform | undefined,
  { progress = silent, ...context }: Omit<AnalysisContext, 'progress'> & Partial<AnalysisContext>,
  hints: Omit<BaseHints, 'base'> = {},
): Promise<Comparand> {
  const file = await stat(given).catch(() => undefined)
  if (file?.isFile() && !/^oci(?:-archive)?:/.test(given)) {
    const measurement = await readMeasurement(given, file.size, platform)
    return { name: given, measurement, tree: () => Promise.resolve(sizeTreeOf(measurement)) }
  }
  if (file === undefined && given.endsWith('.json')) {
    throw new Failure('usage', `there is no measurement ${given} to compare with`, {
      hint: 'name the file that --json wrote, or an image',
    })
  }
  const reference = parseImageReference(given)
  const analysis = await analyzeImage(reference, { platform, ...hints }, { ...context, progress })
  return { ...analysis, name: given }
}

/** Of the measurements in a file the one for the platform; throws Failure that names the file and the key. */
async function readMeasurement(
  file: string,
  size: number,
  platform: Platform | undefined,
): Promise<Measurement> {
  if (size > maxMeasurementBytes) throw tooLarge(file, size)
  const all = parseMeasurements(await readFile(file), file)
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  const wanted = platform && formatPlatform(platform)
  const fitting = all.filter(({ image }) => wanted === undefined || image.platform === wanted)
  const [first] = fitting
  if (first !== undefined && fitting.length === 1) return first
  const platforms = all.map(({ image }) => image.platform).join(', ') || 'nothing'
  throw new Failure('usage', `${file} holds measurements for ${platforms}`, {
    hint: 'say which one with --platform',
  })
}

import type { Attribution } from '../attribution.ts'
import { isOurs } from '../base-layers.ts'
import type { Distribution } from '../distributions.ts'
import { dockerfileLine } from '../made-by.ts'
import type { Measurement } from '../measurement.ts'
import { findBuildTools } from './build-tools.ts'
import { findDuplicates } from './duplicates.ts'
import { type Finding, LayerBytes } from './finding.ts'
import { findHidden } from './hidden.ts'
import { findInstallers } from './installers.ts'
import type { Leftover } from './leftovers.ts'
import { findBallast } from './packages.ts'
import { Files } from './taken.ts'

type Row = Measurement['waste'][number]

/** Rows that are told one by one. */
const rowLimit = 40
/** What to do about an environment that no RUN has made. */
const ofWheels = 'the wheels bring it along: nothing but another release, or another package, is without'
/** Bytes from which waste that is counted for another part is worth a row. */
const worthTelling = 100_000

/**
 * What is wasted in an image and how to stop it, the largest first. A byte is in one row at most. Rows of the part
 * `waste` add up to that part; `hidden` ones are of what no container sees, `disk − filesystem`; all others tell of
 * bytes that an owner has, a distribution's test suite for one, and stay part of their part. What would be saved of
 * the download is an estimate: bytes of a layer are taken to be compressed as well as the whole of it. What the base
 * brings is not told.
 */
export function findWaste(
  attribution: Attribution,
  layers: Measurement['layers'],
  isAsked: (one: Distribution) => boolean,
): readonly Row[] {
  const layerName = (layer: number): string => {
    const made = madeBy(layers[layer]?.createdBy ?? '')
    return `layer ${layer + 1}${made === '' ? '' : ` (\`${made}\`)`}`
  }
  const found = findAll(attribution, new Files(attribution), isAsked, layerName).filter(isTold)
  const downloadOf = estimate(found, layers)
  const isInWheels = ({ part, bytesIn }: Finding): boolean =>
    part === 'environment' && [...bytesIn.keys()].every((i) => isOurs(layers[i]?.createdBy))
  const rows = found
    .map((finding) => ({
      path: `/${finding.path}`,
      part: finding.part,
      bytes: sumOf(finding.bytesIn),
      download: downloadOf(finding.bytesIn),
      why: finding.why,
      hint: isInWheels(finding) ? ofWheels : finding.hint,
    }))
    .sort(
      (a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.why < b.why ? -1 : 1),
    )
  return [...rows.slice(0, rowLimit), ...rest(rows.slice(rowLimit))]
}

/**
 * Files of a layer whose sizes matter to what `findWaste` tells, and may be more. Undefined where those of all its files
 * do: some of it is waste, and what that is of the download goes by the whole layer.
 */
export function weighedByWaste(attribution: Attribution, layer: number): ReadonlySet<string> | undefined {
  const files = new Files(attribution)
  const found = findAll(
    attribution,
    files,
    () => false,
    () => '',
  )
  if (found.some((finding) => finding.bytesIn.has(layer) && isTold(finding))) return undefined
  const replaced = attribution.filesystem.layers
    .slice(attribution.baseLayers ?? 0)
    .flatMap(({ hidden }) => hidden.filter(({ by }) => by === layer).map(({ path }) => path))
  return new Set([...files.taken, ...replaced])
}

function findAll(
  attribution: Attribution,
  files: Files,
  isAsked: (one: Distribution) => boolean,
  layerName: (layer: number) => string,
): readonly Finding[] {
  const { filesystem, baseLayers, cacheOf } = attribution
  return [
    ...leftovers(attribution, files),
    ...findInstallers(attribution, isAsked, files),
    ...findDuplicates(attribution, files),
    ...findBuildTools(attribution, files),
    ...findBallast(attribution, files),
    ...findHidden(filesystem, baseLayers ?? 0, cacheOf, layerName),
  ]
}

/** All of the part `waste` is told, so that it adds up. */
function isTold({ part, bytesIn }: Finding): boolean {
  const bytes = sumOf(bytesIn)
  return bytes > 0 && (part === 'waste' || bytes >= worthTelling)
}

function leftovers({ leftovers: all }: Attribution, files: Files): readonly Finding[] {
  const groups = new Map<Leftover, string[]>()
  for (const [path, leftover] of all) {
    const group = groups.get(leftover)
    if (group) group.push(path)
    else groups.set(leftover, [path])
  }
  return [...groups].flatMap(([{ place, why, hint }, paths]) =>
    [...files.take(paths)].map(([part, bytes]) => ({ path: place, part, bytesIn: bytes.in, why, hint })),
  )
}

/** What bytes of some layers are of the download, each layer as well compressed as the whole of it. */
function estimate(
  found: readonly Finding[],
  layers: Measurement['layers'],
): (bytesIn: Finding['bytesIn']) => number {
  const wasted = new LayerBytes()
  for (const { bytesIn } of found) for (const [layer, bytes] of bytesIn) wasted.add(layer, bytes)
  return (bytesIn) => {
    let download = 0
    for (const [layer, bytes] of bytesIn) {
      const { download: whole = 0, disk = 0 } = layers[layer] ?? {}
      // A link to another layer's file can count for more than its layer has.
      download += Math.floor((whole * bytes) / Math.max(disk, wasted.in.get(layer) ?? 0, 1))
    }
    return download
  }
}

function sumOf(bytesIn: Finding['bytesIn']): number {
  let sum = 0
  for (const bytes of bytesIn.values()) sum += bytes
  return sum
}

/** What is not told one by one: a row for each part. */
function rest(rows: readonly Row[]): readonly Row[] {
  const sums = new Map<Row['part'], { readonly bytes: LayerBytes; download: number }>()
  for (const { part, bytes, download } of rows) {
    const sum = sums.get(part) ?? { bytes: new LayerBytes(), download: 0 }
    sum.bytes.add(0, bytes)
    sum.download += download
    sums.set(part, sum)
  }
  return [...sums].map(([part, { bytes, download }]) => ({
    path: '/',
    ...(part === undefined ? {} : { part }),
    bytes: bytes.total,
    download,
    why: `${bytes.files} more places, each smaller than those above`,
    hint: 'begin with the larger ones',
  }))
}

/** A line of the history as it stood in the Dockerfile, cut. */
function madeBy(line: string): string {
  const text = dockerfileLine(line)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

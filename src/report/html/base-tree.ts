import type { Delta, PackageChange } from '../../compare/delta.ts'
import type { Measurement } from '../../image/measurement.ts'
import { type SizeNode, sizeTreeOf } from '../../image/size-tree.ts'

type Sized = Pick<Measurement['packages'][number], 'name' | 'bytes'>

/**
 * Where the bytes of the baseline were, as far as the difference tells: its parts and packages. Undefined where the
 * two are not compared.
 */
export function baseTreeOf(measurement: Measurement, delta: Delta): SizeNode | undefined {
  if (delta.figures.filesystem.kind !== 'compared') return undefined
  const parts = Object.fromEntries(
    Object.entries(delta.parts).map(([part, { before = 0 }]) => [part, before]),
  ) as Measurement['parts']
  return sizeTreeOf({
    image: delta.base,
    parts,
    packages: undone(measurement.packages, delta.packages),
    systemPackages: undone(measurement.systemPackages, delta.systemPackages),
  })
}

/** Packages as they were before the changes. */
function undone(all: readonly Sized[], changes: readonly PackageChange[]): readonly Sized[] {
  const bytesOf = new Map<string, number>()
  const add = (name: string, bytes: number): unknown => bytesOf.set(name, (bytesOf.get(name) ?? 0) + bytes)
  for (const { name, bytes } of all) add(name, bytes)
  for (const { name, before, after } of changes) add(name, (before?.bytes ?? 0) - (after?.bytes ?? 0))
  return [...bytesOf].map(([name, bytes]) => ({ name, bytes }))
}

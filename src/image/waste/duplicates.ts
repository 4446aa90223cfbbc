import type { Attribution } from '../attribution.ts'
import type { Distribution } from '../distributions.ts'
import type { Part } from '../measurement.ts'
import { type Finding, LayerBytes } from './finding.ts'
import { largest } from './packages.ts'
import type { Files } from './taken.ts'

/**
 * Distributions that are in the image more than once, in whatever version. The copy in the environment with most files
 * counts as the one that is wanted; the others are one finding for each folder. Where a folder has two of one name, as a
 * broken upgrade leaves them, the one with fewer files is left over.
 */
export function findDuplicates({ distributions, isAdded }: Attribution, files: Files): readonly Finding[] {
  const added = distributions.filter(({ files: paths }) => paths.some(isAdded))
  const size = new Map<string, number>()
  for (const { location, files: paths } of added) size.set(location, (size.get(location) ?? 0) + paths.length)
  const byName = new Map<string, Distribution[]>()
  for (const one of added) {
    const copies = byName.get(one.name)
    if (copies) copies.push(one)
    else byName.set(one.name, [one])
  }
  const groups = new Map<string, Group>()
  for (const copies of byName.values()) {
    const [wanted, ...others] = [...copies].sort(
      (a, b) => (size.get(b.location) ?? 0) - (size.get(a.location) ?? 0) || b.files.length - a.files.length,
    )
    if (wanted === undefined) continue
    for (const { name, version, location, files: paths } of others) {
      for (const [part, taken] of files.take(paths)) {
        const key = [part, location, wanted.location].join('\0')
        const group = groups.get(key) ?? { part, location, wanted, bytes: new LayerBytes(), copies: [] }
        for (const [layer, bytes] of taken.in) group.bytes.add(layer, bytes)
        const beside = wanted.version === version ? version : `${version} beside ${wanted.version}`
        group.copies.push({ name: `${name} ${beside}`, bytes: taken.total })
        groups.set(key, group)
      }
    }
  }
  return [...groups.values()].map(({ part, location, wanted, bytes, copies }) => ({
    path: location,
    part,
    bytesIn: bytes.in,
    why:
      wanted.location === location
        ? `two versions in one folder: ${largest(copies)}`
        : `also in /${wanted.location}: ${largest(copies)}`,
    hint:
      wanted.location === location
        ? 'install into an empty environment, and not over what a COPY brought'
        : 'install into one environment, and COPY only that one',
  }))
}

interface Group {
  readonly part: Part
  readonly location: string
  readonly wanted: Distribution
  readonly bytes: LayerBytes
  readonly copies: { readonly name: string; readonly bytes: number }[]
}

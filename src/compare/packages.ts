import type { Measurement } from '../image/measurement.ts'
import { packageName } from '../project/name.ts'
import type { PackageChange } from './delta.ts'

type Distribution = Measurement['packages'][number]
type SystemPackage = Measurement['systemPackages'][number]

/**
 * Distributions that were added, removed or changed, the largest difference first. They are the same by name, wherever
 * they lie; of several with one name those of one version are the same, and the rest in the order of their places.
 */
export function comparePackages(
  head: readonly Distribution[],
  base: readonly Distribution[],
  bytesComparable: boolean,
): readonly PackageChange[] {
  const before = groupBy(base, ({ name }) => packageName(name))
  const after = groupBy(head, ({ name }) => packageName(name))
  const changes: PackageChange[] = []
  for (const name of new Set([...after.keys(), ...before.keys()])) {
    for (const [old, now] of pair(before.get(name) ?? [], after.get(name) ?? [])) {
      const why = now ?? old
      const change = changeOf(old, now, bytesComparable)
      if (why && change) {
        changes.push({ name: why.name, ...change, direct: why.direct, requiredBy: why.requiredBy })
      }
    }
  }
  return changes.sort(bySize)
}

/** The same for packages of the operating system. */
export function compareSystemPackages(
  head: readonly SystemPackage[],
  base: readonly SystemPackage[],
  bytesComparable: boolean,
): readonly PackageChange[] {
  const before = new Map(base.map((each) => [each.name, each]))
  const after = new Map(head.map((each) => [each.name, each]))
  return [...new Set([...after.keys(), ...before.keys()])]
    .flatMap((name) => {
      const change = changeOf(before.get(name), after.get(name), bytesComparable)
      return change ? [{ name, ...change, direct: false, requiredBy: [] }] : []
    })
    .sort(bySize)
}

type Pair = readonly [old: Distribution | undefined, now: Distribution | undefined]

function pair(base: readonly Distribution[], head: readonly Distribution[]): readonly Pair[] {
  let old = [...base].sort(byPlace)
  let now = [...head].sort(byPlace)
  const pairs: Pair[] = []
  const match = (key: (distribution: Distribution) => string): void => {
    const others = groupBy(old, key)
    const unmatched: Distribution[] = []
    for (const one of now) {
      const other = others.get(key(one))?.shift()
      if (other === undefined) unmatched.push(one)
      else pairs.push([other, one])
    }
    now = unmatched
    old = [...others.values()].flat()
  }
  match(({ version, location }) => JSON.stringify([version, location]))
  match(({ version }) => version)
  match(() => '')
  return [...pairs, ...now.map((one): Pair => [undefined, one]), ...old.map((one): Pair => [one, undefined])]
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}

function changeOf(
  old: SystemPackage | undefined,
  now: SystemPackage | undefined,
  bytesComparable: boolean,
): Pick<PackageChange, 'kind' | 'before' | 'after' | 'delta'> | undefined {
  if (old && now && old.version === now.version && (old.bytes === now.bytes || !bytesComparable))
    return undefined
  return {
    kind: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed',
    before: old && { version: old.version, bytes: old.bytes },
    after: now && { version: now.version, bytes: now.bytes },
    delta: bytesComparable ? (now?.bytes ?? 0) - (old?.bytes ?? 0) : undefined,
  }
}

function byPlace(a: Distribution, b: Distribution): number {
  return order(a.location, b.location) || order(a.version, b.version)
}

function bySize(a: PackageChange, b: PackageChange): number {
  return Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0) || order(a.name, b.name)
}

/** By code units: the same on every machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

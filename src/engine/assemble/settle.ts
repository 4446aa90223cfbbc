import { markerApplies, type MarkerEnvironment } from '../../project/markers.ts'
import { packageName } from '../../project/name.ts'
import type { Part } from './part.ts'

/** A file that two distributions bring with different content, and who has the last word. */
export interface Conflict {
  readonly path: string
  readonly owners: readonly string[]
  readonly winner: string
}

/**
 * Which paths each part must leave to another, so that every path is in one layer once: where owners agree the first
 * by name keeps the file; where they do not, the last that pip would have installed. `environment` says which of
 * their requirements apply.
 */
export function settle(
  parts: readonly Part[],
  environment: MarkerEnvironment,
): {
  excluded: ReadonlyMap<Part, ReadonlySet<string>>
  conflicts: readonly Conflict[]
} {
  const owners = new Map<string, Part[]>()
  for (const part of parts) {
    for (const { path } of part.entries) {
      const list = owners.get(path)
      if (list) list.push(part)
      else owners.set(path, [part])
    }
  }
  const shared = [...owners].filter(([, list]) => list.length > 1)
  const excluded = new Map<Part, Set<string>>()
  const conflicts: Conflict[] = []
  const rank = shared.length === 0 ? new Map<Part, number>() : installOrder(parts, environment)
  for (const [path, list] of shared) {
    const hashes = new Set(list.map((part) => part.hashes[path] ?? part.name))
    const byRank = [...list].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    const winner = hashes.size === 1 ? list.reduce((a, b) => (a.name < b.name ? a : b)) : byRank.at(-1)
    if (!winner) continue
    if (hashes.size > 1) conflicts.push({ path, owners: list.map((part) => part.name), winner: winner.name })
    for (const part of list) {
      if (part === winner) continue
      const paths = excluded.get(part) ?? new Set()
      excluded.set(part, paths.add(path))
    }
  }
  return { excluded, conflicts }
}

/**
 * Position of each part in the order in which pip installs them when all of them are asked for. It takes away, round
 * by round, those that need nothing which is left, and installs the rounds one after another; what is left in the end
 * has cycles, and what is deepest in those comes first. Within all that, names go backwards.
 */
function installOrder(parts: readonly Part[], environment: MarkerEnvironment): Map<Part, number> {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const needs = new Map(
    parts.map((part) => [
      part,
      requiredNames(part, environment)
        .flatMap((name) => byName.get(name) ?? [])
        .filter((needed) => needed !== part),
    ]),
  )
  const weights = new Map<Part, number>()
  const left = new Set(parts)
  for (;;) {
    const leaves = [...left].filter((part) => !needs.get(part)?.some((needed) => left.has(needed)))
    if (leaves.length === 0) break
    const weight = left.size
    for (const leaf of leaves) {
      weights.set(leaf, weight)
      left.delete(leaf)
    }
  }
  weighCycles(left, needs, weights)
  const order = [...parts].sort(
    (a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || (a.name < b.name ? 1 : -1),
  )
  return new Map(order.map((part, i) => [part, i]))
}

/** The longest way to each part, by which pip orders cycles; it enters a part five times at most, and so do we. */
function weighCycles(
  left: ReadonlySet<Part>,
  needs: ReadonlyMap<Part, readonly Part[]>,
  weights: Map<Part, number>,
): void {
  const path = new Set<Part>()
  const visits = new Map<Part, number>()
  const visit = (part: Part): void => {
    const visited = visits.get(part) ?? 0
    if (path.has(part) || visited >= 5) return
    visits.set(part, visited + 1)
    path.add(part)
    for (const needed of needs.get(part) ?? []) if (left.has(needed)) visit(needed)
    path.delete(part)
    weights.set(part, Math.max(weights.get(part) ?? 0, path.size + 1))
  }
  left.forEach(visit)
}

/** Names in `Requires-Dist` that apply; what an extra asks for does not count. */
function requiredNames(part: Part, environment: MarkerEnvironment): string[] {
  const metadata =
    Object.entries(part.texts).find(([path]) => path.endsWith('.dist-info/METADATA'))?.[1] ?? ''
  const header = metadata.split(/\r?\n\r?\n/, 1)[0] ?? ''
  return [...header.matchAll(/^Requires-Dist:\s*([A-Za-z0-9][A-Za-z0-9._-]*)[^;\n]*(?:;([^\n]*))?/gim)]
    .filter(([, , marker]) => applies(marker, environment))
    .map(([, name = '']) => packageName(name))
    .sort()
}

/** Metadata of others may have markers that nobody understands; only an order is at stake. */
function applies(marker: string | undefined, environment: MarkerEnvironment): boolean {
  try {
    return markerApplies(marker?.trim(), environment)
  } catch {
    return true
  }
}

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
 * by name keeps the file; where they do not, the last that pip would have installed (dependencies come before what
 * needs them, ties by name).
 */
export function settle(parts: readonly Part[]): {
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
  const rank = shared.length === 0 ? new Map<Part, number>() : installOrder(parts)
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

/** Position of each part when dependencies are installed first; cycles are cut where they are met. */
function installOrder(parts: readonly Part[]): Map<Part, number> {
  const sorted = [...parts].sort((a, b) => (a.name < b.name ? -1 : 1))
  const byName = new Map(sorted.map((part) => [part.name, part]))
  const order = new Map<Part, number>()
  const entered = new Set<Part>()
  const visit = (part: Part): void => {
    if (entered.has(part)) return
    entered.add(part)
    for (const name of requiredNames(part)) {
      const needed = byName.get(name)
      if (needed) visit(needed)
    }
    order.set(part, order.size)
  }
  sorted.forEach(visit)
  return order
}

/** Names in `Requires-Dist`, whatever their markers: only an order is wanted. */
function requiredNames(part: Part): string[] {
  const metadata =
    Object.entries(part.texts).find(([path]) => path.endsWith('.dist-info/METADATA'))?.[1] ?? ''
  const header = metadata.split(/\r?\n\r?\n/, 1)[0] ?? ''
  return [...header.matchAll(/^Requires-Dist:\s*([A-Za-z0-9][A-Za-z0-9._-]*)/gim)]
    .map(([, name = '']) => packageName(name))
    .sort()
}

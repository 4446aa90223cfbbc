import type { Measurement } from '../image/measurement.ts'
import type { WasteChange } from './delta.ts'

type Waste = Measurement['waste'][number]

/**
 * Waste that is new, gone, or of another size, the largest difference first. What is wasted in one place for one
 * reason is the same waste, and of different reasons it is told by what to do about it.
 */
export function compareWaste(
  head: readonly Waste[],
  base: readonly Waste[],
  bytesComparable: boolean,
): readonly WasteChange[] {
  const [before, after] = [totals(base), totals(head)]
  const changes: WasteChange[] = []
  for (const path of new Set([...after.keys(), ...before.keys()])) {
    for (const [old, now] of pairs(before.get(path) ?? [], after.get(path) ?? [])) {
      const one = now ?? old
      if (one === undefined || (old && now && (old.bytes === now.bytes || !bytesComparable))) continue
      changes.push({
        path,
        kind: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed',
        before: old?.bytes,
        after: now?.bytes,
        delta: bytesComparable ? (now?.bytes ?? 0) - (old?.bytes ?? 0) : undefined,
        why: one.why,
        hint: one.hint,
      })
    }
  }
  return changes.sort((a, b) => Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0) || (a.path < b.path ? -1 : 1))
}

/** What became of a place of waste; undefined where nothing did. */
export function changeOfWaste(
  changes: readonly WasteChange[],
  { path, hint }: Pick<Waste, 'path' | 'hint'>,
): WasteChange | undefined {
  return changes.find((change) => change.path === path && change.hint === hint && change.kind !== 'removed')
}

/** By path, one for each hint: a file may be wasted in several layers. */
function totals(all: readonly Waste[]): ReadonlyMap<string, readonly Waste[]> {
  const rows = new Map<string, Map<string, Waste>>()
  for (const one of all) {
    const here = rows.get(one.path) ?? new Map<string, Waste>()
    const known = here.get(one.hint)
    rows.set(one.path, here.set(one.hint, known ? { ...known, bytes: known.bytes + one.bytes } : one))
  }
  return new Map([...rows].map(([path, here]) => [path, [...here.values()]]))
}

/** The same waste before and after; of one alone on each side the hint may be worded anew. */
function pairs(
  before: readonly Waste[],
  after: readonly Waste[],
): readonly (readonly [Waste | undefined, Waste | undefined])[] {
  if (before.length === 1 && after.length === 1) return [[before[0], after[0]]]
  const hints = new Set([...after, ...before].map(({ hint }) => hint))
  const of = (all: readonly Waste[], wanted: string): Waste | undefined =>
    all.find(({ hint }) => hint === wanted)
  return [...hints].map((hint) => [of(before, hint), of(after, hint)])
}

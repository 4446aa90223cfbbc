import type { Measurement } from '../image/measurement.ts'
import type { WasteChange } from './delta.ts'

type Waste = Measurement['waste'][number]

/** Places of waste that are new, gone, or of another size, the largest difference first; the same ones by their path. */
export function compareWaste(
  head: readonly Waste[],
  base: readonly Waste[],
  bytesComparable: boolean,
): readonly WasteChange[] {
  const before = totals(base)
  const after = totals(head)
  const changes: WasteChange[] = []
  for (const path of new Set([...after.keys(), ...before.keys()])) {
    const [old, now] = [before.get(path), after.get(path)]
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
  return changes.sort((a, b) => Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0) || (a.path < b.path ? -1 : 1))
}

/** One row for each path: a file may be wasted in several layers. */
function totals(all: readonly Waste[]): ReadonlyMap<string, Waste> {
  const rows = new Map<string, Waste>()
  for (const one of all) {
    const known = rows.get(one.path)
    rows.set(one.path, known ? { ...known, bytes: known.bytes + one.bytes } : one)
  }
  return rows
}

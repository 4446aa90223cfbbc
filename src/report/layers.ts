import type { Delta } from '../compare/delta.ts'

/** What became of the layers, as in `4 kept, 2 new, 1 gone`. */
export function fateOfLayers({ layers: { kept, added, removed } }: Delta): string {
  const counts = [`${kept.length} kept`, `${added.length} new`]
  return [...counts, ...(removed.length === 0 ? [] : [`${removed.length} gone`])].join(', ')
}

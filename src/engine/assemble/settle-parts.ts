import { markerEnvironment } from '../../project/target.ts'
import type { EnvironmentContext } from './environment.ts'
import type { Part } from './part.ts'
import { withoutPaths } from './part-without.ts'
import { settle } from './settle.ts'

/** Parts of which no two bring the same path, and what to tell of those that did with different content. */
export async function settleParts(
  parts: readonly Part[],
  context: EnvironmentContext,
): Promise<{ readonly parts: readonly Part[]; readonly warnings: readonly string[] }> {
  const { excluded, conflicts } = settle(parts, markerEnvironment(context.target))
  const settled: Part[] = []
  for (const part of parts) {
    const paths = excluded.get(part)
    settled.push(paths ? await withoutPaths(part, paths, context) : part)
  }
  return {
    parts: settled,
    warnings: conflicts.map(
      ({ path, owners, winner }) =>
        `${owners.join(' and ')} both bring ${path} with different content: the one of ${winner} is in the image, as with pip`,
    ),
  }
}

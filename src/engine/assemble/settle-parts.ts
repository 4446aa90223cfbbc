import { markerEnvironment } from '../../project/target.ts'
import type { EnvironmentContext } from './environment.ts'
import { environmentPaths } from './layout.ts'
import type { Part } from './part.ts'
import { withoutPaths } from './part-without.ts'
import { settle } from './settle.ts'

/**
 * Parts of which no two bring the same path, nor one that the environment itself has, and what to tell of those that
 * did with different content.
 */
export async function settleParts(
  parts: readonly Part[],
  context: EnvironmentContext,
): Promise<{ readonly parts: readonly Part[]; readonly warnings: readonly string[] }> {
  const { excluded, conflicts } = settle(parts, markerEnvironment(context.target))
  const reserved = environmentPaths(context.layout)
  const settled: Part[] = []
  const warnings = conflicts
    .filter(({ path }) => !reserved.has(path))
    .map(
      ({ path, owners, winner }) =>
        `${owners.join(' and ')} both bring ${path} with different content: the one of ${winner} is in the image, as with pip`,
    )
  for (const part of parts) {
    const impostors = part.entries.map(({ path }) => path).filter((path) => reserved.has(path))
    const paths = new Set([...(excluded.get(part) ?? []), ...impostors])
    settled.push(paths.size > 0 ? await withoutPaths(part, paths, context) : part)
    for (const path of impostors) {
      warnings.push(`${part.name} brings ${path}, which is the environment's own: it is left out`)
    }
  }
  return { parts: settled, warnings }
}

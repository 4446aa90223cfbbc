import { packageName, type PackageName } from './name.ts'
import type { Project } from './project.ts'
import { parseRequirement } from './requirement.ts'

/** Names of what the project itself requires; undefined when it does not say, as with a requirements.txt alone. */
export function directNames({
  requirements,
}: Pick<Project, 'requirements'>): ReadonlySet<PackageName> | undefined {
  if (requirements.length === 0) return undefined
  const names = new Set<PackageName>()
  for (const text of requirements) {
    try {
      names.add(packageName(parseRequirement(text).name))
    } catch {
      // What cannot be read was told of where the project was read; here it only misses a mark in a report.
    }
  }
  return names
}

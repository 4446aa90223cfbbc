import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { packageName } from '../../project/name.ts'
import { lineInLock, lineInPyproject, lineInRequirements } from '../../project/requirement-line.ts'
import { findLock, readIfThere } from './find-lock.ts'

/** A line of a file; the path is absolute. */
export interface FilePlace {
  readonly path: string
  readonly line: number
}

/**
 * Where a project requires a distribution, or else where its lock has another one that came with it; undefined where
 * neither is written.
 */
export async function placeOfRequirement(
  context: string,
  { direct, locked }: { readonly direct: string; readonly locked: string },
): Promise<FilePlace | undefined> {
  try {
    for (const [file, find] of [
      ['pyproject.toml', lineInPyproject],
      ['requirements.in', lineInRequirements],
      ['requirements.txt', lineInRequirements],
    ] as const) {
      const path = join(context, file)
      const text = await readIfThere(path)
      const line = text === undefined ? undefined : find(text, packageName(direct))
      if (line !== undefined) return { path, line }
    }
    const { path, text, kind } = await findLock(context)
    const line = (kind === 'requirements' ? lineInRequirements : lineInLock)(text, packageName(locked))
    return line === undefined ? undefined : { path, line }
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

import { parentOf } from './layer-files.ts'

/** A folder of a set, and the next one of the set above it. */
export interface Above {
  readonly folder: string
  readonly next: Above | undefined
}

/**
 * Finds the folders of a set that a path lies in, the nearest first. Asked for every file of an image, so each folder
 * is looked at once.
 */
export function createAbove(folders: ReadonlySet<string>): (path: string) => Above | undefined {
  const known = new Map<string, Above | undefined>()
  const from = (folder: string): Above | undefined => {
    if (known.has(folder)) return known.get(folder)
    const next = folder === '' ? undefined : from(parentOf(folder))
    const above = folders.has(folder) ? { folder, next } : next
    known.set(folder, above)
    return above
  }
  return (path) => (folders.size === 0 ? undefined : from(parentOf(path)))
}

/** A path as it is seen from a folder above it. */
export function below(folder: string, path: string): string {
  return folder === '' ? path : path.slice(folder.length + 1)
}

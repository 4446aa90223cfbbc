import type { Dirent } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface PruneLimits {
  /** Bytes that the store may hold. */
  readonly maxBytes: number
  /** Milliseconds since the last use after which an entry goes. */
  readonly maxAge: number
  /** Milliseconds since the last use within which an entry stays, whatever the size: another build may need it. */
  readonly minAge: number
}

/** Milliseconds after which a temporary file or folder is of a build that was killed: none takes that long. */
const abandoned = 24 * 60 * 60 * 1000

/** Removes what was not used for long, then the least recently used until the rest fits. Gives the bytes freed. */
export async function prune(root: string, limits: PruneLimits, now: number): Promise<number> {
  const files: { path: string; size: number; used: number }[] = []
  for (const folder of ['blobs', 'records', 'compiled']) {
    for (const path of await filesBelow(join(root, folder))) {
      const found = await stat(path).catch(() => undefined)
      if (found) files.push({ path, size: found.size, used: found.mtimeMs })
    }
  }
  await removeAbandoned(join(root, 'tmp'), now)
  files.sort((a, b) => a.used - b.used)
  let held = files.reduce((sum, file) => sum + file.size, 0)
  let freed = 0
  for (const file of files) {
    const age = now - file.used
    if (age < limits.minAge || (age <= limits.maxAge && held <= limits.maxBytes)) continue
    await rm(file.path, { force: true })
    held -= file.size
    freed += file.size
  }
  return freed
}

/** By the age of the whole: files in a folder that is being filled may be hard links, as old as what they link to. */
async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found && now - found.mtimeMs > abandoned) await rm(path, { recursive: true, force: true })
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  let found: Dirent[]
  try {
    found = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch {
    return []
  }
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

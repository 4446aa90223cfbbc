import { rm } from 'node:fs/promises'
import { run } from './process.ts'

/**
 * Removes a folder with everything in it, by the system's own rm: to remove thousands of files takes Node's as long, but
 * in the midst of everything else that is going on. Throws as fs.rm does.
 */
export async function removeTree(path: string): Promise<void> {
  const { code } = await run('rm', ['-rf', '--', path]).catch(() => ({ code: 1 }))
  if (code !== 0) await rm(path, { recursive: true, force: true })
}

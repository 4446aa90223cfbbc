import { basename, dirname, extname, join } from 'node:path'

/**
 * Path of the script of this name beside the one that runs: `dist/main/index.js` → `dist/cache/index.js`, and from the
 * sources `src/main.ts` → `src/cache.ts`.
 */
export function programBeside(running: string, name: string): string {
  const folder = dirname(running)
  if (basename(running) === 'index.js') return join(folder, '..', name, 'index.js')
  return join(folder, `${name}${extname(running)}`)
}

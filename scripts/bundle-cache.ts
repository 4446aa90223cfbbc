import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folder, which may not be there yet, of what the sources give as they are: a copy of dist/ that tests run. */
export function bundleCache(root: string): string {
  const hash = createHash('sha256')
  const makers = ['package-lock.json', 'tsconfig.json', 'scripts/bundle.ts', 'scripts/start.js']
  for (const path of [...makers, ...globSync('src/**/*.{ts,json}', { cwd: root }).sort()]) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  }
  return join(root, 'node_modules/.cache/pydeps-image', hash.digest('hex').slice(0, 16))
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Bundles each entry into dist/. With --check nothing is written: it fails when dist/ is not what the sources give.
 */
const root = join(import.meta.dirname, '..')
const entries = { main: 'src/main.ts', post: 'src/post.ts', cli: 'src/cli.ts' }
const check = process.argv.includes('--check')
const out = mkdtempSync(join(check ? tmpdir() : root, '.dist-'))
const ncc = join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js')

try {
  for (const [name, entry] of Object.entries(entries)) {
    const args = [ncc, 'build', entry, '-o', join(out, name), '--license', 'licenses.txt', '--quiet']
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  if (check) {
    const stale = differences(join(root, 'dist'), out)
    if (stale.length > 0) {
      console.error(`dist/ is stale: ${stale.join(', ')}. Run \`npm run bundle\` and commit what it writes.`)
      process.exitCode = 1
    }
  } else {
    rmSync(join(root, 'dist'), { recursive: true, force: true })
    renameSync(out, join(root, 'dist'))
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}

function differences(a: string, b: string): string[] {
  const names = new Set([...filesOf(a), ...filesOf(b)])
  return [...names].filter((name) => read(join(a, name)) !== read(join(b, name)))
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

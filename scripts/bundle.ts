import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * Usage: node scripts/bundle.ts [--check] [--out DIR] [main|post|cli]…
 *
 * Bundles the entries into dist/, or into a folder that does not exist yet. With --check nothing is written: it fails
 * when dist/ is not what the sources give.
 */
const root = join(import.meta.dirname, '..')
const entries = { main: 'src/main.ts', post: 'src/post.ts', cli: 'src/cli.ts' }
const ncc = join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js')

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
})
const names = Object.keys(entries).filter((each) => positionals.length === 0 || positionals.includes(each))
const target = values.out === undefined ? join(root, 'dist') : resolve(values.out)
// Beside the target, so that it can be renamed; where it is not kept, out of the way.
const made = mkdtempSync(join(values.check ? tmpdir() : dirname(target), '.dist-'))
try {
  await Promise.all(names.map((name) => bundle(name as keyof typeof entries)))
  if (values.check) {
    const stale = differences(target, made)
    if (stale.length > 0) {
      console.error(`dist/ is stale: ${stale.join(', ')}. Run \`npm run bundle\` and commit what it writes.`)
      process.exitCode = 1
    }
  } else {
    if (values.out === undefined) rmSync(target, { recursive: true, force: true })
    renameSync(made, target)
  }
} finally {
  rmSync(made, { recursive: true, force: true })
}

async function bundle(name: keyof typeof entries): Promise<void> {
  const args = [ncc, 'build', entries[name], '-o', join(made, name), '--license', 'licenses.txt', '--quiet']
  // ncc tells type errors on standard output.
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 'inherit'] })
  const [status] = (await once(child, 'close')) as [number | null]
  if (status !== 0) throw new Error(`ncc could not bundle ${entries[name]}`)
}

function differences(a: string, b: string): string[] {
  const files = new Set([...filesOf(a), ...filesOf(b)])
  return [...files].filter((file) => read(join(a, file)) !== read(join(b, file)))
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

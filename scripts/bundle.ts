import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleCache } from './bundle-cache.ts'

/**
 * Usage: node scripts/bundle.ts [--check] [--out DIR] [main|post|comment|cache|upload|cli]…
 *
 * Bundles the entries into dist/, or into a folder that does not exist yet. With --check nothing is written: it fails
 * when dist/ is not what the sources give.
 */
const root = join(import.meta.dirname, '..')
const entries = ['main', 'post', 'comment', 'cache', 'upload', 'cli']
/** Those that are started again and again on one machine: `scripts/start.js` starts them. */
const startedOften = ['cache', 'cli']

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
})
const names = entries.filter((each) => positionals.length === 0 || positionals.includes(each))
const target = values.out === undefined ? join(root, 'dist') : resolve(values.out)
// Beside the target, so that it can be renamed; where it is not kept, out of the way.
const made = mkdtempSync(join(values.check ? tmpdir() : dirname(target), '.dist-'))
// Below the root, where packages are found; its name is not in what is made.
const scripts = mkdtempSync(join(root, '.dist-'))
try {
  chmodSync(made, 0o755)
  // Types are for `npm run typecheck`: taking them off once is three times as fast as ncc's own way.
  const typescript = join(root, 'node_modules/typescript/bin/tsc')
  await run([typescript, '-p', 'src', '--noCheck', '--noEmit', 'false', '--outDir', scripts], root)
  writeFileSync(join(scripts, 'package.json'), '{"type":"module"}')
  await Promise.all(names.map(bundle))
  if (values.out === undefined && names.length === entries.length) keepForTests()
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
  for (const folder of [made, scripts]) rmSync(folder, { recursive: true, force: true })
}

/** Tests need not bundle again what has been bundled; those of older sources go. */
function keepForTests(): void {
  const kept = bundleCache(root)
  const yesterday = Date.now() - 24 * 60 * 60 * 1000
  for (const folder of globSync(join(dirname(kept), '*')))
    if (statSync(folder).mtimeMs < yesterday) rmSync(folder, { recursive: true, force: true })
  if (existsSync(kept)) return
  const copy = `${kept}.${process.pid}`
  cpSync(made, copy, { recursive: true })
  renameSync(copy, kept)
}

async function bundle(name: string): Promise<void> {
  const ncc = join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js')
  const to = ['-o', join(made, name), '--license', 'licenses.txt', '--quiet']
  await run([ncc, 'build', `src/${name}.js`, ...to], scripts)
  const written = join(made, name, 'index.js')
  if (!startedOften.includes(name)) return
  writeFileSync(written, escaped(readFileSync(written, 'utf8')))
  await run(['--check', written], made)
  renameSync(written, join(made, name, 'program.js'))
  copyFileSync(join(root, 'scripts', 'start.js'), written)
  chmodSync(written, 0o755)
}

/**
 * The same program in ASCII: one other character, and V8 keeps and reads all of the source at twice the size. What is
 * escaped must be in a string, a pattern or a comment.
 */
function escaped(program: string): string {
  if (/String\.raw\s*`[^`]*[^\0-\x7f]/.test(program))
    throw new Error('String.raw means an escape as it stands')
  return program.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

async function run(args: readonly string[], cwd: string): Promise<void> {
  // Both tools tell their errors on standard output.
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 2, 'inherit'] })
  const [status] = (await once(child, 'close')) as [number | null]
  if (status !== 0) throw new Error(`failed: node ${args.join(' ')}`)
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

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** How the command line tool is started: a program and the arguments that come before its own. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  /** For people: which of the two it is. */
  readonly name: string
}

/** Between files that one checkout wrote. */
const oneCheckout = 60_000

/** The bundle in dist/ when no source is newer, as after a clone; else the sources as they are. */
export function findProgram(root: string): Program {
  const bundle = join(root, 'dist', 'cli', 'index.js')
  if (existsSync(bundle) && statSync(bundle).mtimeMs + oneCheckout >= newest(join(root, 'src'))) {
    return { command: process.execPath, args: [bundle], name: 'dist/cli/index.js' }
  }
  const why = existsSync(bundle) ? 'dist/ is older' : 'there is no dist/'
  return { command: process.execPath, args: [join(root, 'src', 'cli.ts')], name: `src/cli.ts (${why})` }
}

function newest(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return Math.max(0, ...times)
}

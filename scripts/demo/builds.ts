import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Measurement } from '../../src/image/measurement.ts'
import { formatBytes } from '../../src/units/bytes.ts'
import { formatDuration } from '../../src/units/duration.ts'
import type { Program } from '../program.ts'

export interface Demo {
  readonly program: Program
  readonly base: string
  /** Absolute; everything that the demo writes is in it. */
  readonly out: string
}

export interface DemoBuild {
  readonly measurement: Measurement
  /** Of the whole process. */
  readonly ms: number
  /** What the tool told on standard output. */
  readonly report: string
}

/** A build of the demo did not go through; the tool has told why. */
export class BuildFailed extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the build ended with exit status ${status}`)
    this.status = status
  }
}

/** Builds as a user would, with a cache of the demo's own so that its first build is a first build every time. */
export function build({ program, base, out }: Demo, name: string, more: readonly string[] = []): DemoBuild {
  const args = ['build', 'web', '--base', base, '--output', 'oci:image']
  const colour = process.stdout.isTTY && !process.env['NO_COLOR'] ? { FORCE_COLOR: '1' } : {}
  const started = performance.now()
  const { status, error, stdout } = spawnSync(
    program.command,
    [...program.args, ...args, '--json', `${name}.json`, ...more],
    {
      cwd: out,
      env: { ...process.env, ...colour, XDG_CACHE_HOME: join(out, 'cache'), UV_CACHE_DIR: uvCache() },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    },
  )
  const ms = performance.now() - started
  if (error) throw error
  if (status !== 0) throw new BuildFailed(status ?? 1)
  const measurement = JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8')) as Measurement
  return { measurement, ms, report: stdout }
}

/** uv's cache stays the user's: what was downloaded once is not downloaded for the demo again. */
function uvCache(): string {
  const { UV_CACHE_DIR: own, XDG_CACHE_HOME: cache } = process.env
  return own ?? join(cache?.startsWith('/') === true ? cache : join(homedir(), '.cache'), 'uv')
}

/** One line: how long it took, which layers had to be made, and what a host that has the image before has to pull. */
export function summary({ measurement, ms }: DemoBuild, before?: DemoBuild): string {
  const { layers, packages, sizes } = measurement
  const time = formatDuration(ms)
  if (before === undefined) {
    const own = layers.filter(({ part }) => part !== 'base').length
    return `${time}: ${own} layers made, with ${packages.length} packages; download ${formatBytes(sizes.download)}`
  }
  const known = new Set(before.measurement.layers.map(({ digest }) => digest))
  const made = layers.filter(({ digest }) => !known.has(digest))
  const names = made.map(({ createdBy }) => createdBy.replace(/^pydeps-image: /, '')).join(' and ')
  const update = made.reduce((sum, { download }) => sum + download, 0)
  return `${time}: ${made.length} of ${layers.length} layers made (${names}); update download ${formatBytes(update)}`
}

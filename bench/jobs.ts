import { createHash } from 'node:crypto'
import { createWheel, type Wheel } from '../__tests__/fixtures/wheel.ts'
import type { Job, World } from '../__tests__/fixtures/world.ts'
import { median } from './timed.ts'

/** Jobs of one kind; times in milliseconds from the start of a process to its end. */
export interface JobRow {
  readonly name: string
  readonly main: readonly number[]
  readonly post: readonly number[]
  /** Files that the package index was asked for, in the last of them. */
  readonly files: number
}

/**
 * Jobs of the action as a hosted runner runs them, each on a machine with nothing on it: the bundles, beside a GitHub,
 * a cache service and an index on loopback.
 */
export async function measureJobs(runs: number): Promise<readonly JobRow[]> {
  // It makes bundles, which the other parts have no use for.
  const { createWorld } = await import('../__tests__/fixtures/world.ts')
  const wheels = Array.from({ length: 40 }, (_, i) => createPackage(`package-${i}`))
  const world = await createWorld(wheels)
  try {
    const files = world.project(wheels, { '.dockerignore': 'CHANGES\n' })
    const rows = [rowOf('first', [await succeed(world, files)])]
    for (const [name, changed] of [
      ['nothing changed', 'CHANGES'],
      ['app edited', 'app.py'],
    ] as const) {
      const jobs: Job[] = []
      for (let number = 1; number <= runs; number++) {
        jobs.push(await succeed(world, { [changed]: `# ${number}\nprint("app")\n` }))
      }
      rows.push(rowOf(name, jobs))
    }
    return rows
  } finally {
    await world.close()
  }
}

export function renderJobs(rows: readonly JobRow[]): string {
  const seconds = (all: readonly number[]): string => `${(median(all) / 1000).toFixed(2)} s`
  const line = ({ name, main, post, files }: JobRow): string => {
    const together = main.map((ms, i) => ms + (post[i] ?? 0))
    return `| ${[name, ...[main, post, together].map(seconds), files].join(' | ')} |`
  }
  return `## A job from start to end

The action on a machine with nothing on it, beside a GitHub, a cache service and a package index on the same machine: 40 packages, 20 MB, 2,000 files. From the start of a process to its end; what a network adds is not in it.

| job | main | post | together | files asked of the index |
| --- | --: | --: | --: | --: |
${rows.map(line).join('\n')}
`
}

function rowOf(name: string, jobs: readonly Job[]): JobRow {
  const row = {
    name,
    main: jobs.map(({ ms }) => ms),
    post: jobs.map(({ postMs }) => postMs),
    files: jobs.at(-1)?.index.filter((path) => path.startsWith('/files/')).length ?? 0,
  }
  const list = jobs.map(({ ms, postMs }) => `${(ms / 1000).toFixed(2)}+${(postMs / 1000).toFixed(2)}`)
  console.log(`job, ${name}: ${list.join(' ')} s, ${row.files} files of the index`)
  return row
}

async function succeed(world: World, files: Readonly<Record<string, string>>): Promise<Job> {
  const job = await world.push('main', files)
  if (job.status !== 0 || job.postStatus !== 0) throw new Error(job.log + job.postLog)
  return job
}

/** Fifty modules of 10 kB that do not compress to nothing. */
function createPackage(name: string): Wheel {
  const text = (seed: string): string => {
    const hash = createHash('shake256', { outputLength: 5_000 })
    return `text = "${hash.update(seed).digest('hex')}"\n`
  }
  const module = name.replace('-', '_')
  const files = Array.from({ length: 50 }, (_, i) => [`${module}/m${i}.py`, text(`${name} ${i}`)] as const)
  return createWheel(module, '1.0', Object.fromEntries(files))
}

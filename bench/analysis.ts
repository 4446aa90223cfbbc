import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findDive } from '../scripts/dive.ts'
import type { Program } from '../scripts/program.ts'
import type { Measurement } from '../src/image/measurement.ts'
import { formatBytes } from '../src/units/bytes.ts'
import type { Engine } from './engine.ts'
import { dataApplication, writeLargeProject } from './large.ts'
import type { Tools } from './machine.ts'
import { median, timed } from './timed.ts'

/** One archive, read by both; times in milliseconds, sizes in bytes. */
export interface AnalysisRow {
  readonly name: string
  readonly disk: number
  readonly archive: number
  readonly ours: readonly number[]
  /** The same again, when the layers are known. */
  readonly again: readonly number[]
  readonly dive: readonly number[]
  readonly peak: number
}

interface Setting {
  readonly work: string
  readonly program: Program
  readonly engine: Engine
  readonly tools: Tools
  readonly runs: number
}

const more = ['duckdb', 'numba', 'onnxruntime', 'opencv-python-headless', 'statsmodels']
const images: readonly (readonly [name: string, requirements: readonly string[]])[] = [
  ['data application', dataApplication.filter((name) => name !== 'pyarrow')],
  ['larger data application', [...dataApplication, ...more]],
]

/** Builds two archives with gzip layers and has both programs read them, in turns. */
export async function measureAnalysis(setting: Setting): Promise<readonly AnalysisRow[]> {
  const dive = await findDive()
  const rows: AnalysisRow[] = []
  for (const [name, requirements] of images) {
    const archive = await buildArchive(name, requirements, setting)
    const times = { ours: [] as number[], again: [] as number[], dive: [] as number[] }
    const peaks: number[] = []
    for (let number = 1; number <= setting.runs; number++) {
      rmSync(join(setting.work, 'analysis-cache'), { recursive: true, force: true })
      const first = await analyze(archive, setting)
      peaks.push(first.peak)
      times.ours.push(first.ms)
      times.again.push((await analyze(archive, setting)).ms)
      const json = join(setting.work, 'dive.json')
      const options = { cwd: setting.work, env: { ...process.env, CI: 'true' } }
      times.dive.push(await timed(dive, ['--source', 'docker-archive', archive, '--json', json], options))
    }
    const { sizes } = readMeasurement(setting)
    const row = {
      name,
      disk: sizes.disk,
      archive: statSync(archive).size,
      ...times,
      peak: Math.max(...peaks),
    }
    console.log(cells(row).join(', '))
    rows.push(row)
  }
  return rows
}

/** The section of docs/benchmarks.md. */
export function renderAnalysis(rows: readonly AnalysisRow[]): string {
  const head = ['image', 'disk', 'archive', 'pydeps-image', 'dive', 'ratio', 'again', 'peak memory']
  const line = (all: readonly string[]): string => `| ${all.join(' | ')} |`
  const table = [
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map((row) => line(cells(row))),
  ]
  return `## Analysis beside dive

\`analyze --json\` and dive 0.13 (without its screens, JSON written) read the same archive of gzip layers, in turns; medians of ${rows[0]?.ours.length ?? 0}. The first time nothing is known of its layers; *again* is the second run on the same archive. pydeps-image also checks every digest and tells whose the files are; dive hashes every file.

${table.join('\n')}
`
}

function cells({ name, disk, archive, ours, again, dive, peak }: AnalysisRow): readonly string[] {
  const seconds = (values: readonly number[]): string => `${(median(values) / 1000).toFixed(2)} s`
  const ratio = `${(median(dive) / median(ours)).toFixed(1)} × faster`
  return [
    name,
    formatBytes(disk),
    formatBytes(archive),
    seconds(ours),
    seconds(dive),
    ratio,
    seconds(again),
    formatBytes(peak),
  ]
}

async function buildArchive(
  name: string,
  requirements: readonly string[],
  setting: Setting,
): Promise<string> {
  const { work, program, engine, tools } = setting
  const folder = join(work, `analysis-${name.replaceAll(' ', '-')}`)
  const archive = `${folder}.tar`
  if (existsSync(archive)) return archive
  writeLargeProject(folder, tools, requirements)
  const where = ['--base', engine.base, '--output', `docker-archive:${archive}`, '--quiet']
  await timed(program.command, [...program.args, 'build', folder, ...where], {
    cwd: work,
    env: {
      ...process.env,
      PATH: tools.path,
      XDG_CACHE_HOME: join(work, 'cache'),
      UV_CACHE_DIR: join(work, 'uv-cache'),
    },
  })
  return archive
}

async function analyze(
  archive: string,
  { work, program }: Setting,
): Promise<{ readonly ms: number; readonly peak: number }> {
  const file = join(work, 'peak')
  const ms = await timed(
    program.command,
    [...program.args, 'analyze', `docker-archive:${archive}`, '--json', join(work, 'analysis.json')],
    {
      cwd: work,
      env: {
        ...process.env,
        XDG_CACHE_HOME: join(work, 'analysis-cache'),
        BENCH_PEAK: file,
        NODE_OPTIONS: `--import=${join(import.meta.dirname, 'peak.js')}`,
      },
    },
  )
  return { ms, peak: Number(readFileSync(file, 'utf8')) * 1024 }
}

function readMeasurement({ work }: Setting): Measurement {
  return JSON.parse(readFileSync(join(work, 'analysis.json'), 'utf8')) as Measurement
}

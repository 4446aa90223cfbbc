import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { copyExample } from '../scripts/example.ts'
import { findProgram } from '../scripts/program.ts'
import { measureAnalysis } from './analysis.ts'
import { BuildKit, type Compression, type Contender, Ours } from './contenders.ts'
import { type MemoryRow, renderDocument, type Row } from './document.ts'
import { readEngine } from './engine.ts'
import { writeLargeProject } from './large.ts'
import { measureJobs } from './jobs.ts'
import { describeMachine, findTools } from './machine.ts'
import { startPackageIndex } from './package-index.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { median } from './timed.ts'

/**
 * Measures beside BuildKit and dive, and writes docs/benchmarks.md. With --only WORD or just WORD it measures one part, `build`,
 * `memory`, `analysis` or `jobs`, or the builds whose name has the word; then, and with --dry, the terminal alone is written to.
 * --runs N takes medians of N (5); --program FILE measures another bundle than the one in dist/.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    dry: { type: 'boolean' },
    program: { type: 'string' },
  },
})
const root = join(import.meta.dirname, '..')
const work = join(tmpdir(), 'pydeps-image-bench')
const runs = Number(values.runs)
const only = values.only ?? positionals[0]
const isWanted = (part: string, name = part): boolean =>
  only === undefined || part === only || name.includes(only)

mkdirSync(work, { recursive: true })
const engine = readEngine()
const tools = await findTools()
const program =
  values.program === undefined
    ? findProgram(root)
    : { command: process.execPath, args: [resolve(values.program)], name: 'a bundle of src/cli.ts' }
if (values.program === undefined && program.name !== 'dist/cli/index.js')
  throw new Error(`what users run is to be measured, not ${program.name}: npm run bundle`)
const machine = describeMachine(engine, tools, program)
console.log(machine.join('\n'))
const index = await startPackageIndex(tools.uv, join(work, 'index'))
const ours = new Ours(work, program, engine, tools, index)
const buildKit = new BuildKit(work, engine, tools, index)

const rows: Row[] = []
for (const scenario of scenarios(root).filter(({ name }) => isWanted('build', name)))
  rows.push(await compare(scenario))
const memory = isWanted('memory') ? await measureMemory() : []
const analysis = isWanted('analysis') ? await measureAnalysis({ work, program, engine, tools, runs }) : []
const jobs = isWanted('jobs') ? await measureJobs(runs) : []
if (rows.length + memory.length + analysis.length + jobs.length === 0)
  throw new Error(`nothing that is measured is called ${only ?? ''}: build, memory, analysis and jobs are`)
const text = renderDocument(machine, runs, rows, memory, analysis, jobs)
if (values.dry === true || only !== undefined) console.log(text)
else {
  const file = join(root, 'docs', 'benchmarks.md')
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))
  console.log(`written to docs/benchmarks.md`)
}
await index.close()
rmSync(join(work, 'cache-saved'), { recursive: true, force: true })

/** The two take turns, so that what else the machine does hits both. */
async function compare(scenario: Scenario): Promise<Row> {
  const sides = await Promise.all([prepare(ours, scenario), prepare(buildKit, scenario)])
  for (let number = 1; number <= runs; number++) {
    for (const { contender, project, times } of sides) {
      times.push(await scenario.run(contender, project, number))
    }
  }
  for (const { contender, times } of sides) {
    const list = times.map((ms) => (ms / 1000).toFixed(2)).join(' ')
    console.log(`${scenario.name}, ${contender.name}: ${(median(times) / 1000).toFixed(2)} s (${list})`)
  }
  return { scenario: scenario.name, ours: sides[0].times, buildKit: sides[1].times }
}

/** Builds the example as it is, so that everything which a scenario takes as kept is kept. */
async function prepare(
  contender: Contender,
  { wanted }: Scenario,
): Promise<{ contender: Contender; project: string; times: number[] }> {
  const project = join(work, `${contender.name}-project`)
  copyExample(root, project)
  await contender.build(project, wanted)
  contender.save()
  return { contender, project, times: [] }
}

async function measureMemory(): Promise<readonly MemoryRow[]> {
  const example = join(work, 'example')
  copyExample(root, example)
  const large = join(work, 'large')
  writeLargeProject(large, tools)
  const rows: MemoryRow[] = []
  for (const [name, project] of [
    ['examples/web', example],
    ['data application', large],
  ] as const) {
    for (const compression of ['gzip', 'zstd'] satisfies Compression[]) {
      // Once before, for what uv has to download.
      await ours.build(project, { compression, form: 'file' })
      const all = []
      for (let number = 1; number <= Math.min(runs, 3); number++)
        all.push(await ours.peak(project, compression))
      const peak = Math.max(...all.map(({ bytes }) => bytes))
      const ms = median(all.map((one) => one.ms))
      const environment = all[0]?.measurement.sizes.environment ?? 0
      console.log(
        `${name}, ${compression}: ${(environment / 1e6).toFixed(0)} MB, ${(ms / 1000).toFixed(2)} s, peak ${(peak / 1e6).toFixed(0)} MB`,
      )
      rows.push({ name: `${name}, ${compression}`, environment, peak, ms })
    }
  }
  return rows
}

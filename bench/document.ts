import { formatBytes } from '../src/units/bytes.ts'
import { formatDuration } from '../src/units/duration.ts'
import { type AnalysisRow, renderAnalysis } from './analysis.ts'
import { type JobRow, renderJobs } from './jobs.ts'
import { median } from './timed.ts'

export interface Row {
  readonly scenario: string
  readonly ours: readonly number[]
  readonly buildKit: readonly number[]
}

export interface MemoryRow {
  readonly name: string
  readonly environment: number
  readonly peak: number
  readonly ms: number
}

/** The text of docs/benchmarks.md, with sections for what was measured. */
export function renderDocument(
  machine: readonly string[],
  runs: number,
  rows: readonly Row[],
  memory: readonly MemoryRow[],
  analysis: readonly AnalysisRow[],
  jobs: readonly JobRow[],
): string {
  const sections = [
    head(machine),
    ...(rows.length > 0 ? [renderBuilds(runs, rows)] : []),
    ...(memory.length > 0 ? [renderMemory(memory)] : []),
    ...(analysis.length > 0 ? [renderAnalysis(analysis)] : []),
    ...(jobs.length > 0 ? [renderJobs(jobs)] : []),
  ]
  return sections.join('\n')
}

function head(machine: readonly string[]): string {
  return `# Benchmarks

Written by \`npm run bench\`, which needs the engine of \`scripts/engine/up\`. Numbers are of one run on one machine; the ratios are what to look at.

${machine.map((line) => `- ${line}`).join('\n')}
`
}

function renderBuilds(runs: number, rows: readonly Row[]): string {
  return `## Beside BuildKit

examples/web: 52 packages, 216 MB of environment. Seconds from the start of the command to its end; median of ${runs}, in brackets the fastest and the slowest. Both write an OCI archive, one file; to a folder where it says so, which is less work for BuildKit.

${table(
  ['scenario', 'pydeps-image', 'BuildKit', 'ratio'],
  withDefaultPeer(rows).map(({ scenario, ours, buildKit }) => [
    scenario,
    spread(ours),
    spread(buildKit),
    (median(ours) / median(buildKit)).toFixed(2),
  ]),
)}

- **cold**: nothing is kept but what uv has downloaded. pydeps-image has an empty store; everything BuildKit kept is pruned but the cache of uv that its Dockerfile mounts. Both write the compression that the line names; one more line holds zstd of pydeps-image against gzip, which is what BuildKit writes unless it is told otherwise.
- **app edited**: one file of the app is another one than in the build before.
- **one dependency changed**: one package of the lock has another version than in the build before.
- **nothing changed**: the same build again.

BuildKit builds [bench/peer/Dockerfile](../bench/peer/Dockerfile) on a daemon that is up and warm, with the base in its image store. It copies the app into the image; pydeps-image also builds and installs it as the package that it is, and measures the image. uv and Python are programs on \`PATH\`, not a version manager's scripts. The package index is on the same machine and lets uv keep its pages for ten minutes and its files for ever, as the public one does: neither side downloads anything.
`
}

function renderMemory(memory: readonly MemoryRow[]): string {
  return `## Memory and large environments

Cold builds of pydeps-image; the most memory that its process had.

${table(
  ['environment', 'compression', 'installed', 'time', 'time for 100 MB', 'peak memory'],
  memory.map(({ name, environment, ms, peak }) => [
    ...name.split(', '),
    formatBytes(environment),
    formatDuration(ms),
    formatDuration((ms / environment) * 1e8),
    formatBytes(peak),
  ]),
)}
`
}

/** BuildKit's own default is gzip: what one gains who leaves it for zstd here is a line of its own. */
function withDefaultPeer(rows: readonly Row[]): readonly Row[] {
  const gzip = rows.find(({ scenario }) => scenario === 'cold, gzip')
  return rows.flatMap((row) =>
    gzip && row.scenario === 'cold, zstd'
      ? [row, { ...row, scenario: 'cold, zstd; BuildKit with gzip', buildKit: gzip.buildKit }]
      : [row],
  )
}

function spread(values: readonly number[]): string {
  return `${seconds(median(values))} s (${seconds(Math.min(...values))}–${seconds(Math.max(...values))})`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

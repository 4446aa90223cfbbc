import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { delimiter, dirname } from 'node:path'
import type { Program } from '../scripts/program.ts'
import { storeRoot } from '../src/host/store/store.ts'
import { findUv } from '../src/host/uv/find.ts'
import { dockerEnvironment, type Engine } from './engine.ts'

/** uv and Python as programs, not as the shell scripts that version managers put before them. */
export interface Tools {
  readonly uv: string
  /** A PATH on which both come first. */
  readonly path: string
}

/** Finds the tools that both sides use; uv is fetched as a build would fetch it where it is not on PATH. */
export async function findTools(): Promise<Tools> {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim()
  const path = [dirname(python), process.env['PATH'] ?? ''].join(delimiter)
  const uv = await findUv(storeRoot(process.env), { env: { ...process.env, PATH: path } })
  return { uv: uv.path, path: [dirname(uv.path), path].join(delimiter) }
}

/** Lines that name the machine and what was measured on it. */
export function describeMachine(engine: Engine, { uv }: Tools, program: Program): readonly string[] {
  const docker = (...args: string[]): string => said(engine.docker, args, dockerEnvironment(engine))
  const [load = 0] = loadavg()
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return [
    `Machine: ${model}, ${availableParallelism()} cores, ${memory} GiB of memory; load average before the run ${load.toFixed(1)}`,
    `System: ${distribution()}, Linux ${release()}`,
    `pydeps-image: ${program.name}, Node ${version(said(program.command, ['--version']))}; uv ${version(said(uv, ['--version']))}`,
    `BuildKit: that of Docker ${docker('version', '--format', '{{.Server.Version}}')} (containerd image store), buildx ${version(docker('buildx', 'version'))}`,
  ]
}

/** What a program says of itself. */
function said(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(command, args, { env, encoding: 'utf8' }).trim()
}

/** `Debian GNU/Linux 12 (bookworm)`, as os-release(5) has it. */
function distribution(): string {
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown system'
}

function version(text: string): string {
  return /\d+\.\d+[\w.+-]*/.exec(text)?.[0] ?? text
}

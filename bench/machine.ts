import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { dockerEnvironment, type Engine } from './engine.ts'

/** uv and Python as programs, not as the shell scripts that version managers put before them. */
export interface Tools {
  readonly uv: string
  /** A PATH on which both come first. */
  readonly path: string
}

/** Finds the tools that both sides use. Throws when uv is not on PATH. */
export function findTools(): Tools {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim()
  const path = [dirname(python), process.env['PATH'] ?? ''].join(delimiter)
  const uv = path
    .split(delimiter)
    .map((folder) => join(folder, 'uv'))
    .find(isExecutable)
  if (uv === undefined) throw new Error('uv is not on PATH: both sides need it')
  return { uv, path: [dirname(uv), path].join(delimiter) }
}

/** Lines that name the machine and what was measured on it. */
export function describeMachine(engine: Engine, { uv }: Tools, program: string): readonly string[] {
  const env = dockerEnvironment(engine)
  const docker = (...args: string[]): string =>
    execFileSync(engine.docker, args, { env, encoding: 'utf8' }).trim()
  const [load = 0] = loadavg()
  const model = cpus()[0]?.model ?? 'unknown processor'
  return [
    `Machine: ${model}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, Linux ${release()}; load average before the run ${load.toFixed(1)}`,
    `pydeps-image: ${program}, Node ${process.versions.node}; uv ${version(execFileSync(uv, ['--version'], { encoding: 'utf8' }))}`,
    `BuildKit: that of Docker ${docker('version', '--format', '{{.Server.Version}}')} (containerd image store), buildx ${version(docker('buildx', 'version'))}`,
  ]
}

function version(text: string): string {
  return /\d+\.\d+[\w.+-]*/.exec(text)?.[0] ?? text
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from '../src/image/measurement.ts'
import type { Program } from '../scripts/program.ts'
import { dockerEnvironment, type Engine } from './engine.ts'
import type { Tools } from './machine.ts'
import type { PackageIndex } from './package-index.ts'
import { timed } from './timed.ts'

export type Compression = 'gzip' | 'zstd'

/** What is asked of a build; an OCI image as one file, or as a folder. */
export interface Wanted {
  readonly compression: Compression
  readonly form: 'file' | 'folder'
}

/** One of the two that are measured. All times are milliseconds of the whole process. */
export interface Contender {
  readonly name: string
  /** Builds with whatever is kept. */
  build(project: string, wanted: Wanted): Promise<number>
  /** Builds with nothing kept but what uv downloaded. */
  buildCold(project: string, wanted: Wanted): Promise<number>
  /** Remembers what is kept now, for `restore`. */
  save(): void
  restore(): void
}

/** This project's own command line, with a store of its own. */
export class Ours implements Contender {
  readonly name = 'pydeps-image'
  readonly #work: string
  readonly #program: Program
  readonly #base: string
  readonly #path: string
  readonly #index: string

  constructor(work: string, program: Program, engine: Engine, tools: Tools, index: PackageIndex) {
    this.#work = work
    this.#program = program
    this.#base = engine.base
    this.#path = tools.path
    this.#index = index.url
  }

  async build(project: string, { compression, form }: Wanted, env: NodeJS.ProcessEnv = {}): Promise<number> {
    const out = join(this.#work, 'ours')
    rmSync(out, { recursive: true, force: true })
    const where = [
      '--base',
      this.#base,
      '--output',
      `${form === 'file' ? 'oci-archive' : 'oci'}:${out}`,
      '--json',
      this.#json,
    ]
    const how = ['--compression', compression, '--quiet']
    return timed(this.#program.command, [...this.#program.args, 'build', project, ...where, ...how], {
      cwd: this.#work,
      env: {
        ...process.env,
        PATH: this.#path,
        XDG_CACHE_HOME: this.#cache,
        UV_CACHE_DIR: join(this.#work, 'uv-cache'),
        UV_DEFAULT_INDEX: this.#index,
        ...env,
      },
    })
  }

  buildCold(project: string, wanted: Wanted, env: NodeJS.ProcessEnv = {}): Promise<number> {
    rmSync(this.#cache, { recursive: true, force: true })
    return this.build(project, wanted, env)
  }

  /** A cold build's most memory in bytes, with its time and what came of it. */
  async peak(
    project: string,
    compression: Compression,
  ): Promise<{ readonly bytes: number; readonly ms: number; readonly measurement: Measurement }> {
    const file = join(this.#work, 'peak')
    rmSync(file, { force: true })
    const preload = `--import=${join(import.meta.dirname, 'peak.js')}`
    const ms = await this.buildCold(
      project,
      { compression, form: 'file' },
      { BENCH_PEAK: file, NODE_OPTIONS: preload },
    )
    const measurement = JSON.parse(readFileSync(this.#json, 'utf8')) as Measurement
    return { bytes: Number(readFileSync(file, 'utf8')) * 1024, ms, measurement }
  }

  save(): void {
    rmSync(this.#saved, { recursive: true, force: true })
    cpSync(this.#cache, this.#saved, { recursive: true, preserveTimestamps: true })
  }

  restore(): void {
    rmSync(this.#cache, { recursive: true, force: true })
    cpSync(this.#saved, this.#cache, { recursive: true, preserveTimestamps: true })
  }

  get #cache(): string {
    return join(this.#work, 'cache')
  }

  get #saved(): string {
    return join(this.#work, 'cache-saved')
  }

  get #json(): string {
    return join(this.#work, 'ours.json')
  }
}

/** `docker buildx build` of peer/Dockerfile on a warm daemon. */
export class BuildKit implements Contender {
  readonly name = 'BuildKit'
  readonly #work: string
  readonly #engine: Engine
  readonly #index: string

  constructor(work: string, engine: Engine, tools: Tools, index: PackageIndex) {
    this.#work = work
    this.#engine = engine
    this.#index = index.url
    mkdirSync(join(work, 'uv'), { recursive: true })
    if (!existsSync(join(work, 'uv', 'uv'))) copyFileSync(tools.uv, join(work, 'uv', 'uv'))
  }

  build(project: string, wanted: Wanted): Promise<number> {
    return this.#build(project, wanted)
  }

  /** With `--no-cache` the mounted cache of uv would be an empty one. */
  buildCold(project: string, wanted: Wanted): Promise<number> {
    const prune = ['buildx', 'prune', '--builder', 'default', '--all', '--force']
    execFileSync(this.#engine.docker, [...prune, '--filter', 'type!=exec.cachemount'], {
      env: dockerEnvironment(this.#engine),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return this.#build(project, wanted)
  }

  // Steps are kept by what they were run on: a change that was never seen is one that was never built.
  save(): void {}
  restore(): void {}

  #build(project: string, { compression, form }: Wanted): Promise<number> {
    const out = join(this.#work, 'buildkit')
    rmSync(out, { recursive: true, force: true })
    const file = join(import.meta.dirname, 'peer', 'Dockerfile')
    return timed(
      this.#engine.docker,
      [
        ...[
          'buildx',
          'build',
          '--builder',
          'default',
          '--progress',
          'plain',
          '--provenance=false',
          '--file',
          file,
        ],
        ...['--build-context', `uv=${join(this.#work, 'uv')}`],
        // The index is on loopback.
        ...['--network', 'host', '--allow', 'network.host', '--build-arg', `UV_DEFAULT_INDEX=${this.#index}`],
        ...['--output', `type=oci,dest=${out},tar=${form === 'file'},compression=${compression}`, project],
      ],
      { cwd: this.#work, env: dockerEnvironment(this.#engine) },
    )
  }
}

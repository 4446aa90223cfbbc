import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What of `scripts/engine/up` is measured against. */
export interface Engine {
  readonly containerd: string
  readonly docker: string
  readonly dockerConfig: string
  /** The base image, for `--base`; the daemon has the same as python:3.13-slim. */
  readonly base: string
}

/** The engine that is up; throws when there is none. */
export function readEngine(): Engine {
  const { PYDEPS_ENGINE_DIR: own, XDG_CACHE_HOME: cache } = process.env
  const folder =
    own ?? join(cache?.startsWith('/') === true ? cache : join(homedir(), '.cache'), 'pydeps-image-engine')
  try {
    return JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as Engine
  } catch {
    throw new Error('there is no engine to measure against: run scripts/engine/up first')
  }
}

/** The environment that docker is run with. */
export function dockerEnvironment({ containerd, dockerConfig }: Engine): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DOCKER_HOST: containerd,
    DOCKER_CONFIG: dockerConfig,
    BUILDX_METADATA_PROVENANCE: 'disabled',
  }
}

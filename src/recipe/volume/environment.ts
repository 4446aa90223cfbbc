import { createHash } from 'node:crypto'

import { formatPlatform } from '../../image/platform.ts'
import type { Target } from '../../project/target.ts'

/** Everything that decides what is in an environment of a volume. */
export interface EnvironmentFacts {
  /** Text of the pylock.toml that is installed. */
  readonly lock: string
  readonly target: Target
  /** Absolute path of the interpreter in the image. */
  readonly interpreter: string
  /** Folders outside of the environment that its Python imports from. */
  readonly paths: readonly string[]
  readonly compileBytecode: boolean
}

// Counted up when start.py makes environments differently.
const format = 1

/**
 * Name of an environment's folder in a volume, 20 hexadecimal digits: short, because the first line of a script has
 * it, and 127 bytes are all that some kernels read of that.
 */
export function environmentName(facts: EnvironmentFacts): string {
  const { target } = facts
  const key = [
    format,
    facts.lock,
    formatPlatform(target.platform),
    target.python.full,
    `${target.libc.kind} ${target.libc.version}`,
    facts.interpreter,
    facts.paths,
    facts.compileBytecode,
  ]
  return createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 20)
}

/**
 * Path of an environment in a container. It is what `VIRTUAL_ENV`, `PATH` and the first lines of the project's own
 * scripts must name, and not `<volume>/current`: that link moves to another lock's environment when a newer container
 * starts, and an older one that runs through it would import from there.
 */
export function environmentFolder(volume: string, name: string): string {
  return `${volume}/${name}`
}

import { Failure } from '../../failure.ts'
import { volumePlaces } from './places.ts'

/** What start.py has to know; start.json has the same keys. Paths are those in the container, and absolute. */
export interface StartConfig {
  /** Where the volume is mounted. */
  readonly volume: string
  /** Name of this lock's folder in the volume. */
  readonly environment: string
  readonly interpreter: string
  /** Full version: `3.13.5`. */
  readonly python: string
  readonly installer: string
  readonly lock: string
  /** The same lock for an index of the user's choice; null when an index cannot have everything. */
  readonly requirements: string | null
  /** Folders that the environment's Python imports from too: the project's own packages in the image. */
  readonly paths: readonly string[]
  /** How many distributions of the lock are for this image; 0 only when there is nothing to install. */
  readonly distributions: number
  /** How many environments stay in the volume. */
  readonly keep: number
  readonly compileBytecode: boolean
  /** Whether source packages may be built when the container starts. */
  readonly build: boolean
}

export type StartOptions = Pick<
  StartConfig,
  'volume' | 'environment' | 'interpreter' | 'python' | 'distributions'
> &
  Partial<StartConfig>

/** Text of start.json; throws Failure for a volume path that cannot stand in `PATH` or a script's first line. */
export function renderStartConfig(options: StartOptions): string {
  const config: StartConfig = {
    volume: checkVolume(options.volume),
    environment: options.environment,
    interpreter: options.interpreter,
    python: options.python,
    installer: options.installer ?? volumePlaces.installer,
    lock: options.lock ?? volumePlaces.lock,
    requirements: options.requirements ?? null,
    paths: options.paths ?? [],
    distributions: options.distributions,
    keep: options.keep ?? 3,
    compileBytecode: options.compileBytecode ?? false,
    build: options.build ?? false,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}

function checkVolume(path: string): string {
  const problem = !path.startsWith('/')
    ? 'is not absolute'
    : path === '/' || /\/(?:\/|\.{1,2}(?:\/|$)|$)/.test(path)
      ? 'is not a plain path of a folder below /'
      : /[\s:#\x00-\x1f\x7f]/.test(path)
        ? 'has a space, a colon or a # in it, which PATH and the first lines of scripts do not allow'
        : path.length > 90
          ? 'is longer than 90 characters, too long for the first lines of scripts'
          : undefined
  if (problem === undefined) return path
  throw new Failure('usage', `the volume's path ${JSON.stringify(path)} ${problem}`, {
    hint: 'name a folder such as /venv',
  })
}

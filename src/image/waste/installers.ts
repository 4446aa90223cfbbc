import type { Attribution } from '../attribution.ts'
import { prefixOf } from '../claims.ts'
import type { Distribution } from '../distributions.ts'
import { join } from '../layer-files.ts'
import type { Finding } from './finding.ts'
import type { Files } from './taken.ts'

const installers: ReadonlySet<string> = new Set(['pip', 'setuptools', 'wheel'])

/**
 * pip, setuptools and wheel in an environment where neither a distribution nor the project requires them. Those that
 * came with a Python are its own: without a known base they are told of in virtual environments alone.
 */
export function findInstallers(
  { distributions, filesystem, baseLayers }: Attribution,
  isAsked: (one: Distribution) => boolean,
  files: Files,
): readonly Finding[] {
  return distributions
    .filter((one) => installers.has(one.name) && !isAsked(one))
    .filter(
      ({ location }) =>
        baseLayers !== undefined || filesystem.files.has(join(prefixOf(location), 'pyvenv.cfg')),
    )
    .flatMap(({ name, version, location, files: paths }) =>
      [...files.take(paths)].map(([part, bytes]) => ({
        path: join(location, name),
        part,
        bytesIn: bytes.in,
        why: `${name} ${version}, which nothing here requires`,
        hint:
          name === 'pip'
            ? 'make the environment with `uv venv` or `python -m venv --without-pip`, and install with `pip --python`'
            : 'leave it to the build: it is needed where packages are made, not where they run',
      })),
    )
}

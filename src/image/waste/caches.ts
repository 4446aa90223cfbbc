import { parentOf } from '../layer-files.ts'
import { resolvePath } from '../place.ts'

/** A folder that a program fills for its own next run, and that nothing in a container reads. */
export interface Cache {
  /** Whose it is: `pip`. */
  readonly of: string
  /** `root/.cache/pip` */
  readonly place: string
  readonly hint: string
}

interface Program {
  readonly of: string
  /** Its folders, as regular expressions: in a cache home (`~/.cache`, XDG_CACHE_HOME), */
  readonly inCacheHome?: string
  /** below any folder, */
  readonly below?: string
  /** or from the root. */
  readonly root?: string
  /** Variable of the image's environment that names its folder, and what of that folder is a cache. */
  readonly variable?: string
  readonly ofVariable?: string
  readonly hint: (place: string) => string
}

const mount =
  (command: string, otherwise: string) =>
  (place: string): string =>
    `\`RUN --mount=type=cache,target=/${place} ${command}\`, or ${otherwise}`

/**
 * Poetry keeps virtual environments in its cache folder, so only what it downloads counts there. Models and fonts that
 * programs keep in `~/.cache` are read when they run, so nothing counts that is not named here.
 */
const programs: readonly Program[] = [
  {
    of: 'pip',
    inCacheHome: 'pip',
    variable: 'PIP_CACHE_DIR',
    hint: mount('pip install …', '`pip install --no-cache-dir`'),
  },
  {
    of: 'uv',
    inCacheHome: 'uv',
    variable: 'UV_CACHE_DIR',
    hint: mount('UV_LINK_MODE=copy uv sync …', '`ENV UV_NO_CACHE=1`'),
  },
  {
    of: 'Poetry',
    inCacheHome: 'pypoetry/(?:cache|artifacts)',
    variable: 'POETRY_CACHE_DIR',
    ofVariable: '/(?:cache|artifacts)',
    hint: mount('poetry install …', '`rm -rf` it in the same RUN'),
  },
  {
    of: 'PDM',
    inCacheHome: 'pdm',
    variable: 'PDM_CACHE_DIR',
    hint: mount('pdm sync …', '`rm -rf` it in the same RUN'),
  },
  {
    of: 'Pipenv',
    inCacheHome: 'pipenv',
    variable: 'PIPENV_CACHE_DIR',
    hint: mount('pipenv sync …', '`rm -rf` it in the same RUN'),
  },
  {
    of: 'conda',
    below: '(?:[^/]*conda|[^/]*mamba|miniforge)[^/]*/pkgs',
    hint: () => '`conda clean --all --yes` in the RUN that installs',
  },
  {
    of: 'npm',
    below: '\\.npm',
    inCacheHome: 'npm',
    variable: 'npm_config_cache',
    hint: mount('npm ci', '`npm cache clean --force` in the same RUN'),
  },
  {
    of: 'Yarn',
    inCacheHome: 'yarn',
    variable: 'YARN_CACHE_FOLDER',
    hint: mount('yarn install', '`yarn cache clean` in the same RUN'),
  },
  {
    of: 'pnpm',
    inCacheHome: 'pnpm',
    below: '\\.local/share/pnpm/store',
    hint: mount('pnpm install', '`rm -rf` it in the same RUN'),
  },
  {
    of: 'Cargo',
    below: '(?:\\.cargo|usr/local/cargo)/(?:registry|git)',
    hint: () => 'build in a stage of its own and `COPY --from` it what was built',
  },
  {
    of: 'Go',
    inCacheHome: 'go-build',
    hint: () => 'build in a stage of its own and `COPY --from` it what was built',
  },
  {
    of: 'pre-commit',
    inCacheHome: 'pre-commit',
    hint: () => 'leave pre-commit to the developers: it has no work in an image',
  },
  {
    of: "apt's package lists",
    root: 'var/lib/apt/lists',
    hint: () => '`rm -rf /var/lib/apt/lists/*` at the end of the RUN that calls apt-get',
  },
  {
    of: 'apt',
    root: 'var/cache/apt',
    hint: () => '`apt-get clean` at the end of the RUN that calls apt-get',
  },
  {
    of: 'apk',
    root: 'var/cache/apk|etc/apk/cache',
    hint: () => '`apk add --no-cache`',
  },
  {
    of: 'dnf',
    root: 'var/cache/(?:dnf|libdnf5|yum)',
    hint: () => '`dnf clean all` at the end of the RUN that calls dnf',
  },
  {
    of: 'development tools',
    below: '\\.(?:mypy|pytest|ruff)_cache|\\.(?:tox|nox|hypothesis)',
    hint: () => 'name it in `.dockerignore`',
  },
]

/**
 * Finds the cache that a path lies in, for an image with these environment variables (`NAME=value`). Asked for every
 * file of an image, so each folder is looked at once.
 */
export function createCaches(env: readonly string[]): (path: string) => Cache | undefined {
  const known = new Map<string, Cache | undefined>()
  const patterns = programs.map((program) => ({ program, pattern: patternOf(program, env) }))
  const any = new RegExp(patterns.map(({ pattern }) => pattern.source).join('|'))
  const find = (folder: string): Cache | undefined => {
    const text = `${folder}/`
    if (!any.test(text)) return undefined
    for (const { program, pattern } of patterns) {
      const place = pattern.exec(text)?.[0].slice(0, -1)
      if (place !== undefined) return { of: program.of, place, hint: program.hint(place) }
    }
    return undefined
  }
  return (path) => {
    const folder = parentOf(path)
    if (!known.has(folder)) known.set(folder, find(folder))
    return known.get(folder)
  }
}

function patternOf(
  { inCacheHome, below, root, variable, ofVariable = '' }: Program,
  env: readonly string[],
): RegExp {
  const own = variable === undefined ? undefined : folderOf(env, variable)
  const home = folderOf(env, 'XDG_CACHE_HOME')
  const anywhere = '^(?:.*?/)??'
  const alternatives = [
    inCacheHome === undefined ? [] : `${anywhere}\\.cache/(?:${inCacheHome})/`,
    inCacheHome === undefined || home === undefined ? [] : `^${home}/(?:${inCacheHome})/`,
    own === undefined ? [] : `^${own}${ofVariable}/`,
    below === undefined ? [] : `${anywhere}(?:${below})/`,
    root === undefined ? [] : `^(?:${root})/`,
  ]
  return new RegExp(alternatives.flat().join('|'))
}

/** The folder that a variable names, for a regular expression. A cache is a folder of its own: `/` is none. */
function folderOf(env: readonly string[], variable: string): string | undefined {
  const value = env.findLast((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1)
  const folder = value?.startsWith('/') === true ? resolvePath('', value) : undefined
  return folder ? folder.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : undefined
}

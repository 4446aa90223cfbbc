import { isTable, type TomlTable } from './toml.ts'

/** Tables of a backend's settings that leave it what it is, by their path below `[tool]`. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  uv_build: ['uv'],
  hatchling: [
    'hatch.envs',
    'hatch.metadata.allow-direct-references',
    'hatch.build.include',
    'hatch.build.exclude',
    'hatch.build.packages',
    'hatch.build.targets.sdist',
    'hatch.build.targets.wheel.include',
    'hatch.build.targets.wheel.exclude',
    'hatch.build.targets.wheel.packages',
    'hatch.build.targets.wheel.only-include',
  ],
  setuptools: [
    'setuptools.packages',
    'setuptools.package-dir',
    'setuptools.package-data',
    'setuptools.exclude-package-data',
    'setuptools.include-package-data',
    'setuptools.py-modules',
    'setuptools.zip-safe',
    'setuptools.license-files',
  ],
  'flit_core.buildapi': ['flit.module', 'flit.sdist'],
  'poetry.core.masonry.api': [
    'poetry.packages',
    'poetry.package-mode',
    'poetry.group',
    'poetry.dependencies',
    'poetry.source',
    'poetry.requires-poetry',
    'poetry.requires-plugins',
  ],
  'pdm.backend': [
    'pdm.build.package-dir',
    'pdm.build.includes',
    'pdm.build.excludes',
    'pdm.build.source-includes',
    'pdm.build.is-purelib',
    'pdm.dev-dependencies',
    'pdm.scripts',
    'pdm.source',
    'pdm.resolution',
    'pdm.distribution',
  ],
}
/** The distributions that these backends are in, which are all that such a build may require; and their tables. */
const distributions: Readonly<Record<string, { readonly requires: RegExp; readonly tool: string }>> = {
  uv_build: { requires: /^uv[-_]build\b/i, tool: 'uv' },
  hatchling: { requires: /^hatchling\b/i, tool: 'hatch' },
  setuptools: { requires: /^(?:setuptools|wheel)(?![\w.-]|\[)/i, tool: 'setuptools' },
  'flit_core.buildapi': { requires: /^flit[-_]core\b/i, tool: 'flit' },
  'poetry.core.masonry.api': { requires: /^poetry[-_]core\b/i, tool: 'poetry' },
  'pdm.backend': { requires: /^pdm[-_]backend\b/i, tool: 'pdm' },
}
const backendNames: Readonly<Record<string, string>> = {
  'hatchling.build': 'hatchling',
  'setuptools.build_meta': 'setuptools',
}

/**
 * Whether a package's wheel is made of its files as they are, and of its pyproject.toml: by a backend that is known
 * for it, alone, without hooks, scripts or plugins, and with nothing that is found out from the code (PEP 621,
 * `dynamic`). Which files go into the wheel is then a matter of their names. `names` are those in its folder.
 */
export function isStaticBuild(pyproject: TomlTable, names: readonly string[]): boolean {
  const { project, tool, 'build-system': system } = pyproject
  if (!isTable(project) || !isTable(system)) return false
  if (typeof project['version'] !== 'string' || project['dynamic'] !== undefined) return false
  if (names.some((name) => programs.test(name)) || system['backend-path'] !== undefined) return false
  const { 'build-backend': written, requires } = system
  if (typeof written !== 'string' || !Array.isArray(requires)) return false
  const backend = backendNames[written] ?? written
  const known = Object.hasOwn(distributions, backend) ? distributions[backend] : undefined
  if (!known) return false
  if (!requires.every((one) => typeof one === 'string' && known.requires.test(one.trim()))) return false
  const tools = isTable(tool) ? tool : {}
  const uv = isTable(tools['uv']) ? tools['uv'] : {}
  if (intoBuilds.some((key) => uv[key] !== undefined)) return false
  const settings = tools[known.tool]
  return settings === undefined || isHarmless(settings, known.tool, harmless[backend] ?? [])
}

/** Settings of uv that bring more into a build. */
const intoBuilds = [
  'config-settings',
  'config-settings-package',
  'extra-build-dependencies',
  'extra-build-variables',
]

/** Files that a backend runs, or reads settings from in ways of their own. */
const programs = /^(?:setup\.(?:py|cfg)|hatch\.toml|(?:hatch|pdm)_build\.py|build\.py)$/

function isHarmless(value: unknown, path: string, allowed: readonly string[]): boolean {
  if (allowed.includes(path)) return true
  const leadsOn = allowed.some((one) => one.startsWith(`${path}.`))
  if (!leadsOn || !isTable(value)) return false
  return Object.entries(value).every(([key, below]) => isHarmless(below, `${path}.${key}`, allowed))
}

/**
 * Whether an edit of a file may be an edit of how a package is built, or of its metadata: what a build reads by its
 * name, and what the metadata quotes. `path` is relative to the package's folder.
 */
export function decidesBuild(path: string, pyproject: TomlTable): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.startsWith('.') || /\.(?:toml|cfg|lock|ini)$|^(?:manifest\.in|setup\.py)$/i.test(name)) return true
  if (/^(?:readme|license|licence|copying|notice|authors|changelog|changes|history)\b/i.test(name))
    return true
  const project = isTable(pyproject['project']) ? pyproject['project'] : {}
  const quoted = [project['readme'], project['license']].map((value) =>
    isTable(value) ? value['file'] : value,
  )
  return quoted.some((value) => typeof value === 'string' && clean(value) === path)
}

function clean(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

import { Failure } from '../failure.ts'
import { packageName, type PackageName } from './name.ts'
import { type PoetryRequirements, poetryRequirements } from './named-tables.ts'
import { parseRequirement } from './requirement.ts'
import { parseToml, TomlReader, isTable, type TomlTable } from './toml.ts'

/** What a pyproject.toml says that matters for an environment and an image. */
export interface Pyproject {
  readonly file: string
  /** False for a file without a [project] table. */
  readonly hasProject: boolean
  readonly name: string | undefined
  readonly version: string | undefined
  readonly requiresPython: string | undefined
  /** PEP 508, as written. */
  readonly dependencies: readonly string[]
  /** By normalised name of the extra. */
  readonly optionalDependencies: ReadonlyMap<PackageName, readonly string[]>
  /** By normalised name of the group; included groups are resolved (PEP 735). */
  readonly dependencyGroups: ReadonlyMap<PackageName, readonly string[]>
  /** Names in [project.scripts], in the order of the file. */
  readonly scripts: readonly string[]
  /** Fields of [project] that a build decides. */
  readonly dynamic: readonly string[]
  readonly buildSystem: boolean
  readonly uv: UvSettings
  /** The part of [tool.poetry] that says whether there is a package, its name, and what it requires. */
  readonly poetry:
    (PoetryRequirements & { readonly name: string | undefined; readonly packageMode: boolean }) | undefined
  /** Names of other tools with a table of their own, such as `poetry`. */
  readonly tools: readonly string[]
}

/** The part of [tool.uv] that decides what is installed. */
export interface UvSettings {
  /** `package`; undefined: a package when there is a build system. */
  readonly package: boolean | undefined
  readonly managed: boolean
  readonly defaultGroups: readonly string[] | 'all' | undefined
  /** Groups with settings of their own, such as another requires-python. */
  readonly limitedGroups: readonly PackageName[]
  readonly workspaceMembers: readonly string[] | undefined
  readonly workspaceExclude: readonly string[]
  /** By normalised name of the package; one or more tables each. */
  readonly sources: ReadonlyMap<PackageName, readonly TomlTable[]>
}

/** Parses a pyproject.toml; throws Failure with the file and the line or the path of keys. */
export function parsePyproject(text: string, file = 'pyproject.toml'): Pyproject {
  const root = new TomlReader(parseToml(text, file), file)
  const project = root.table('project')
  const tool = root.table('tool')
  const uv = tool?.table('uv')
  const poetry = tool?.table('poetry')
  return {
    file,
    hasProject: project !== undefined,
    name: project?.requiredString('name'),
    version: project?.string('version'),
    requiresPython: project?.string('requires-python'),
    dependencies: project?.strings('dependencies') ?? [],
    optionalDependencies: byName(project?.table('optional-dependencies')),
    dependencyGroups: dependencyGroups(
      root.table('dependency-groups'),
      uv?.strings('dev-dependencies'),
      file,
    ),
    scripts: project?.table('scripts')?.keys() ?? [],
    dynamic: project?.strings('dynamic') ?? [],
    buildSystem: root.table('build-system') !== undefined,
    uv: uvSettings(uv),
    poetry: poetry && {
      name: poetry.string('name'),
      packageMode: poetry.boolean('package-mode') ?? true,
      ...poetryRequirements(poetry),
    },
    tools: tool?.keys() ?? [],
  }
}

/** Whether the folder can be built as a wheel and wants to be. */
export function isPackage(pyproject: Pyproject): boolean {
  if (pyproject.uv.package !== undefined) return pyproject.uv.package
  const named = pyproject.hasProject || pyproject.poetry?.name !== undefined
  return named && pyproject.buildSystem && pyproject.poetry?.packageMode !== false
}

/** What the named extras require; an extra that names others of the same project (`all = ["me[a,b]"]`) has theirs. */
export function extraRequirements(pyproject: Pyproject, extras: readonly string[]): readonly string[] {
  const own = pyproject.name === undefined ? undefined : packageName(pyproject.name)
  const open = new Set(extras.map(packageName))
  const found: string[] = []
  // A set that grows while it is walked is walked to its end.
  for (const extra of open) {
    for (const text of pyproject.optionalDependencies.get(extra) ?? []) {
      const requirement = parseRequirement(text)
      if (requirement.name === own) for (const other of requirement.extras) open.add(other)
      else found.push(text)
    }
  }
  return found
}

function uvSettings(uv: TomlReader | undefined): UvSettings {
  const workspace = uv?.table('workspace')
  const defaults = uv?.raw('default-groups')
  return {
    package: uv?.boolean('package'),
    managed: uv?.boolean('managed') ?? true,
    defaultGroups: defaults === 'all' ? 'all' : uv?.strings('default-groups'),
    limitedGroups: (uv?.table('dependency-groups')?.keys() ?? []).map(packageName),
    workspaceMembers: workspace === undefined ? undefined : (workspace.strings('members') ?? []),
    workspaceExclude: workspace?.strings('exclude') ?? [],
    sources: sources(uv?.table('sources')),
  }
}

function sources(table: TomlReader | undefined): ReadonlyMap<PackageName, readonly TomlTable[]> {
  const found = new Map<PackageName, readonly TomlTable[]>()
  for (const key of table?.keys() ?? []) {
    const value = table?.raw(key)
    found.set(packageName(key), isTable(value) ? [value] : (table?.tables(key) ?? []).map((t) => t.plain()))
  }
  return found
}

function byName(table: TomlReader | undefined): ReadonlyMap<PackageName, readonly string[]> {
  return new Map((table?.keys() ?? []).map((key) => [packageName(key), table?.strings(key) ?? []]))
}

/** Resolves `{ include-group = "…" }` (PEP 735); a group that includes itself or an unknown one is an error. */
function dependencyGroups(
  table: TomlReader | undefined,
  legacyDev: readonly string[] | undefined,
  file: string,
): ReadonlyMap<PackageName, readonly string[]> {
  const written = new Map<PackageName, readonly unknown[]>()
  for (const key of table?.keys() ?? []) {
    const name = packageName(key)
    if (written.has(name)) throw new Failure('usage', `${file}: dependency group ${name} is there twice`)
    written.set(name, table?.list(key) ?? [])
  }
  const dev = packageName('dev')
  if (legacyDev !== undefined) written.set(dev, [...(written.get(dev) ?? []), ...legacyDev])

  const resolve = (name: PackageName, path: readonly PackageName[]): readonly string[] => {
    if (path.includes(name)) {
      throw new Failure(
        'usage',
        `${file}: dependency groups include each other: ${[...path, name].join(' → ')}`,
      )
    }
    const items = written.get(name)
    if (items === undefined) {
      throw new Failure('usage', `${file}: dependency group ${name} is included, and does not exist`)
    }
    return items.flatMap((item) => {
      if (typeof item === 'string') return [item]
      const included = isTable(item) ? item['include-group'] : undefined
      if (typeof included !== 'string') {
        throw new Failure(
          'usage',
          `${file}: dependency-groups.${name} must hold requirements and { include-group = "…" }`,
        )
      }
      return resolve(packageName(included), [...path, name])
    })
  }
  return new Map([...written.keys()].map((name) => [name, [...new Set(resolve(name, []))]]))
}

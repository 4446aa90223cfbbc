import { packageName, type PackageName } from './name.ts'
import { isTable, parseToml, TomlReader } from './toml.ts'

/** What [tool.poetry] requires: names and extras alone, as `name[extra]`. */
export interface PoetryRequirements {
  readonly dependencies: readonly string[]
  /** By normalised name of the group; `dev` has what dev-dependencies names too. */
  readonly groups: ReadonlyMap<PackageName, readonly string[]>
}

/** Reads the tables of [tool.poetry] whose keys are packages; the key `python` is none. */
export function poetryRequirements(poetry: TomlReader | undefined): PoetryRequirements {
  const named = poetry?.table('group')
  const groups = new Map<PackageName, readonly string[]>()
  for (const key of named?.keys() ?? []) {
    groups.set(packageName(key), requirementsOf(named?.table(key)?.table('dependencies')))
  }
  const dev = packageName('dev')
  const old = requirementsOf(poetry?.table('dev-dependencies'))
  if (old.length > 0) groups.set(dev, [...(groups.get(dev) ?? []), ...old])
  return { dependencies: requirementsOf(poetry?.table('dependencies')), groups }
}

/** Tables of a Pipfile that are no category of packages. */
const settings: ReadonlySet<string> = new Set([
  'source',
  'requires',
  'scripts',
  'pipenv',
  'pipfile',
  'build-system',
])

/** What a Pipfile requires in all its categories, as `name[extra]`; throws Failure for a file that is no TOML. */
export function pipfileRequirements(text: string, file = 'Pipfile'): readonly string[] {
  const root = new TomlReader(parseToml(text, file), file)
  return root.keys().flatMap((key) => (settings.has(key) ? [] : requirementsOf(root.table(key))))
}

function requirementsOf(table: TomlReader | undefined): readonly string[] {
  return (table?.keys() ?? [])
    .filter((name) => name.toLowerCase() !== 'python')
    .map((name) => `${name}${extrasOf(table?.raw(name))}`)
}

/** A value is a version, a table, or one of them for each marker. */
function extrasOf(value: unknown): string {
  const extras = [value]
    .flat()
    .flatMap((one) => (isTable(one) ? [one['extras']] : []))
    .flat()
  const names = extras.filter((one) => typeof one === 'string')
  return names.length === 0 ? '' : `[${[...new Set(names)].join(',')}]`
}

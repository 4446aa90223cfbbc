import { join } from 'node:path'
import { parseToml, TomlReader, type TomlTable } from '../../project/toml.ts'
import { readIfThere } from './find-lock.ts'

/** Settings of uv that say where packages come from; the rest does not concern looking files up. */
const keys = [
  'index',
  'index-url',
  'extra-index-url',
  'no-index',
  'index-strategy',
  'keyring-provider',
  'allow-insecure-host',
  'native-tls',
  'system-certs',
  'exclude-newer',
  'prerelease',
]

/** Those settings from the project's uv.toml, or else from [tool.uv] of its pyproject.toml, as uv would take them. */
export async function indexSettings(context: string): Promise<TomlTable> {
  const own = await readIfThere(join(context, 'uv.toml'))
  if (own !== undefined) return pick(parseToml(own, 'uv.toml'))
  const text = await readIfThere(join(context, 'pyproject.toml'))
  if (text === undefined) return {}
  const root = new TomlReader(parseToml(text, 'pyproject.toml'), 'pyproject.toml')
  return pick(root.table('tool')?.table('uv')?.plain() ?? {})
}

function pick(table: TomlTable): TomlTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => keys.includes(key)))
}

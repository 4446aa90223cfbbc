import type { LockedPackage } from './lock.ts'
import { lockedPackage } from './pylock.ts'
import { TomlReader } from './toml.ts'

/**
 * Packages of a lock as text to keep: JSON, which is read in a sixth of the time that the same takes as TOML. The days
 * on which files were uploaded, the only values that JSON cannot hold, are left out: nothing here asks for them.
 */
export function renderKeptPackages(packages: readonly LockedPackage[]): string {
  return JSON.stringify(packages.map(({ table }) => withoutDates(table)))
}

/** Packages from their kept text; `file` names the lock in errors. */
export function parseKeptPackages(text: string, file: string): readonly LockedPackage[] {
  const packages: unknown = JSON.parse(text)
  return new TomlReader({ packages }, file).tables('packages').map(lockedPackage)
}

function withoutDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner instanceof Date ? [] : [[key, withoutDates(inner)]],
    ),
  )
}

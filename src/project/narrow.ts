import type { LockedFile, LockedPackage } from './lock.ts'

/**
 * The same package with one of its wheels and nothing else, so that an installer can take no other file. An archive
 * with an address of its own is one file already.
 */
export function withOnly(locked: LockedPackage, wheel: LockedFile): LockedPackage {
  const tables = locked.table['wheels']
  if (!Array.isArray(tables)) return locked
  const own: unknown = tables[locked.wheels.indexOf(wheel)]
  const rest = Object.entries(locked.table).filter(([key]) => key !== 'sdist' && key !== 'wheels')
  return {
    ...locked,
    wheels: [wheel],
    sdist: undefined,
    table: { ...Object.fromEntries(rest), wheels: own === undefined ? [] : [own] },
  }
}

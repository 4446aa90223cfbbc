import type { LockedFile, LockedPackage } from './lock.ts'

/** The same package with one of its wheels and nothing else, so that an installer can take no other file. */
export function withOnly(locked: LockedPackage, wheel: LockedFile): LockedPackage {
  const tables = locked.table['wheels']
  const own: unknown = Array.isArray(tables) ? tables[locked.wheels.indexOf(wheel)] : undefined
  const rest = Object.entries(locked.table).filter(([key]) => key !== 'sdist' && key !== 'wheels')
  return {
    ...locked,
    wheels: [wheel],
    sdist: undefined,
    table: { ...Object.fromEntries(rest), wheels: own === undefined ? [] : [own] },
  }
}

import type { LockedFile, LockedPackage } from './lock.ts'

/**
 * The packages with the index that their files were found in (`packages.index` of PEP 751), for those of an index:
 * an installer then finds the files among those that it has of that index, and asks for none again. `indexOf` gives
 * an address. One with credentials is left out, and so is every file without a hash, which could be another's.
 */
export function withIndexes(
  packages: readonly LockedPackage[],
  indexOf: (locked: LockedPackage) => string | undefined,
): readonly LockedPackage[] {
  return packages.map((locked) => {
    const index = indexOf(locked)
    const files = [...locked.wheels, ...(locked.sdist ? [locked.sdist] : [])]
    const fits = locked.direct === undefined && files.every(isOfIndex)
    if (!fits || index === undefined || !isOpenAddress(index)) return locked
    const { name, version, ...rest } = locked.table
    return { ...locked, table: { name, ...(version === undefined ? {} : { version }), index, ...rest } }
  })
}

/** Indexes that packages name, each once. */
export function indexesOf(packages: readonly LockedPackage[]): readonly string[] {
  const named = packages.map(({ table }) => table['index'])
  return [...new Set(named.filter((index) => typeof index === 'string'))].filter(isOpenAddress)
}

function isOfIndex({ url, hashes }: LockedFile): boolean {
  return url !== undefined && Object.keys(hashes).length > 0
}

/** An address on the web that anyone may read of. */
function isOpenAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || url.protocol === 'http:'
}

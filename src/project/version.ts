import { clean, compare, satisfies, valid, validRange } from '@renovatebot/pep440'

/**
 * Whether a version is in a PEP 440 specifier set such as `>=3.9,!=3.9.1`; the empty set holds every version.
 * Pre-releases count as any other version. False for what is no version or no specifier.
 */
export function satisfiesSpecifier(version: string, specifier: string): boolean {
  if (specifier.trim() === '') return valid(version) !== null
  return isSpecifier(specifier) && satisfies(version, specifier, { prereleases: true })
}

/** What a lock has for nearly every package. */
const plainPin = /^==\d+(?:\.\d+)*$/

export function isSpecifier(text: string): boolean {
  return plainPin.test(text) || (text.trim() !== '' && validRange(text))
}

export function isVersion(text: string): boolean {
  return valid(text) !== null
}

/** Order of two valid PEP 440 versions, for sorting. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b)
}

/** A specifier set in one form for all ways to write it: sorted, versions normalised, zeros at their end gone. */
export function normalSpecifier(specifier: string): string {
  const clauses = specifier.split(',').flatMap((clause) => {
    const [, operator = '', version = ''] = /^\s*(===|==|~=|!=|<=|>=|<|>)?\s*(.*?)\s*$/.exec(clause) ?? []
    if (operator === '' || operator === '===') return clause.trim() === '' ? [] : [clause.trim()]
    const prefix = version.endsWith('.*')
    const normal = clean(prefix ? version.slice(0, -2) : version) ?? version
    return [operator + (prefix ? `${normal}.*` : operator === '~=' ? normal : normal.replace(/(\.0)+$/, ''))]
  })
  return [...new Set(clauses)].sort().join(',')
}

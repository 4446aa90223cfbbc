import { Failure } from '../failure.ts'
import { packageName } from './name.ts'

/** Options of a requirements file that say where packages come from and in which form. */
export interface IndexOptions {
  readonly indexUrl: string | undefined
  readonly extraIndexUrls: readonly string[]
  readonly findLinks: readonly string[]
  readonly noIndex: boolean
  readonly trustedHosts: readonly string[]
  readonly pre: boolean
  /** Names, or `:all:`. */
  readonly noBinary: readonly string[]
  readonly onlyBinary: readonly string[]
  readonly requireHashes: boolean
}

export const noOptions: IndexOptions = {
  indexUrl: undefined,
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  pre: false,
  noBinary: [],
  onlyBinary: [],
  requireHashes: false,
}

/** The options of a file and those of one that it includes. */
export function joinOptions(a: IndexOptions, b: IndexOptions): IndexOptions {
  const both = (x: readonly string[], y: readonly string[]): readonly string[] => [...new Set([...x, ...y])]
  return {
    indexUrl: b.indexUrl ?? a.indexUrl,
    extraIndexUrls: both(a.extraIndexUrls, b.extraIndexUrls),
    findLinks: both(a.findLinks, b.findLinks),
    noIndex: a.noIndex || b.noIndex,
    trustedHosts: both(a.trustedHosts, b.trustedHosts),
    pre: a.pre || b.pre,
    noBinary: both(a.noBinary, b.noBinary),
    onlyBinary: both(a.onlyBinary, b.onlyBinary),
    requireHashes: a.requireHashes || b.requireHashes,
  }
}

/** Adds one option as a line of its own gives it; throws Failure for one that pip does not take in a file. */
export function addOption(options: IndexOptions, name: string, value: string | undefined): IndexOptions {
  switch (name) {
    case '--index-url':
    case '--pypi-url':
      return { ...options, indexUrl: needed(name, value) }
    case '--extra-index-url':
      return { ...options, extraIndexUrls: [...options.extraIndexUrls, needed(name, value)] }
    case '--find-links':
      return { ...options, findLinks: [...options.findLinks, needed(name, value)] }
    case '--trusted-host':
      return { ...options, trustedHosts: [...options.trustedHosts, needed(name, value)] }
    case '--no-index':
      return { ...options, noIndex: true }
    case '--pre':
      return { ...options, pre: true }
    case '--require-hashes':
      return { ...options, requireHashes: true }
    case '--no-binary':
      return { ...options, noBinary: formats(options.noBinary, needed(name, value)) }
    case '--only-binary':
      return { ...options, onlyBinary: formats(options.onlyBinary, needed(name, value)) }
    case '--prefer-binary':
    case '--use-feature':
      // A wheel that fits is always preferred here.
      return options
    default:
      throw new Failure('usage', `${name.split(/\s/)[0] ?? ''} is not an option of a requirements file`, {
        hint: 'see https://pip.pypa.io/en/stable/reference/requirements-file-format/',
      })
  }
}

/** Whether `--no-binary` or `--only-binary` names a package. */
export function namesPackage(formats: readonly string[], name: string): boolean {
  return formats.includes(':all:') || formats.includes(name)
}

/** `:none:` takes back what was said before it. */
function formats(before: readonly string[], value: string): readonly string[] {
  return value.split(',').reduce<readonly string[]>((all, part) => {
    const name = part.trim()
    if (name === ':none:') return []
    return [...all, name === ':all:' ? name : packageName(name)]
  }, before)
}

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Failure('usage', `${name} needs a value`)
  return value
}

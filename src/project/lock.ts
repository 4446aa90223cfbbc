import type { PackageName } from './name.ts'

/** What a lock file fixes, whatever its format; the shape follows PEP 751 (pylock.toml). */
export interface Lock {
  readonly kind: 'uv' | 'pylock' | 'requirements'
  /** Path of the lock file as the user knows it, relative to the project. */
  readonly path: string
  /** False: versions were chosen today, by resolving ranges; another day may choose others. */
  readonly frozen: boolean
  readonly requiresPython: string | undefined
  /** Markers of the environments that it was made for, one of which must hold; missing or empty: for all. */
  readonly environments?: readonly string[]
  readonly packages: readonly LockedPackage[]
}

export interface LockedPackage {
  readonly name: PackageName
  /** Missing for a source tree or a repository without a fixed version. */
  readonly version: string | undefined
  /** PEP 508 marker; undefined: always installed. */
  readonly marker: string | undefined
  readonly requiresPython: string | undefined
  readonly wheels: readonly LockedFile[]
  readonly sdist: LockedFile | undefined
  /** A repository at a commit or a direct archive address, which the installer fetches itself. */
  readonly direct: 'vcs' | 'archive' | undefined
  /** The package's own table of the pylock.toml, for handing a part of the lock to the installer unchanged. */
  readonly table: Readonly<Record<string, unknown>>
}

export interface LockedFile {
  readonly filename: string
  readonly hashes: Readonly<Record<string, string>>
  readonly url: string | undefined
  readonly path: string | undefined
  readonly size: number | undefined
}

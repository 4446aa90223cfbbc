import type { PackageName } from './name.ts'

/** A project as its files describe it. Paths are relative to the project's folder, with `/`. */
export interface Project {
  /** From pyproject.toml, or the folder's name. */
  readonly name: string
  readonly version: string | undefined
  readonly requiresPython: string | undefined
  /** Requirements of the project itself as written (PEP 508), the chosen groups and extras included. */
  readonly requirements: readonly string[]
  /** Names in `[project.scripts]`, in the order of the file. */
  readonly scripts: readonly string[]
  /** The project and its workspace members that are packages and belong in the image, to be built as wheels. */
  readonly localPackages: readonly LocalPackage[]
}

export interface LocalPackage {
  readonly name: PackageName
  /** Folder with its pyproject.toml or setup.py; `.` for the project itself. */
  readonly path: string
}

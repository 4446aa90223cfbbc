import type { Rule } from './budget/rule.ts'
import type { ImageReference } from './image/reference.ts'
import type { Platform } from './image/platform.ts'

/** Paths to write the report to; `-` is standard output. */
export interface ReportPaths {
  readonly json: string | undefined
  readonly markdown: string | undefined
  readonly html: string | undefined
}

/** Path to write the bill of materials to; `-` is standard output. */
export interface SbomPath {
  readonly sbom: string | undefined
}

/** Everything a run was asked for, read once, in the units of the domain. A thing not given is undefined. */
export interface Inputs extends ReportPaths, SbomPath {
  /** Absolute path of the project's folder. */
  readonly context: string
  readonly mode: 'ship' | 'volume'
  readonly engine: 'auto' | 'assemble' | 'buildkit'
  /** Base image; the project's Python decides when it is not given. */
  readonly base: ImageReference | undefined
  /** Python for the default base, as `3.13`; the newest that project and lock allow when it is not given. */
  readonly pythonVersion: string | undefined
  /** Empty: the platform of this machine. */
  readonly platforms: readonly Platform[]
  readonly groups: readonly string[]
  readonly extras: readonly string[]
  /** Start command in exec form. */
  readonly command: readonly string[] | undefined
  /** `name`, `uid` or `uid:gid` that the container runs as. */
  readonly user: string | undefined
  readonly compression: 'gzip' | 'zstd'
  /** Name of the image in reports; the project's when it is not given. */
  readonly name: string | undefined
  /** Names to give the image in a registry or daemon. */
  readonly tags: readonly string[]
  /** Where the image goes when it is not (only) pushed. */
  readonly output: ImageReference | undefined
  readonly push: boolean
  readonly failOn: readonly Rule[]
  readonly warnOn: readonly Rule[]
  /** Image reference or path of a measurement to compare with. */
  readonly against: string | undefined
}

/** What an analysis was asked for. */
export interface AnalyzeInputs extends ReportPaths, SbomPath {
  readonly image: ImageReference
  /** The image that it stands on. */
  readonly base: ImageReference | undefined
  /** Folder of the project that it was made of. */
  readonly project: string | undefined
  /** This machine's, or the only one that is there, when it is not given. */
  readonly platform: Platform | undefined
}

/** What a comparison was asked for: image references or paths of measurements. */
export interface CompareInputs extends ReportPaths {
  readonly before: string
  readonly after: string
  readonly platform: Platform | undefined
}

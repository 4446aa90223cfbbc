import type { Platform } from '../image/platform.ts'

/** What an environment is for: the interpreter and C library that were found in the base image. */
export interface Target {
  readonly platform: Platform
  readonly python: PythonVersion
  readonly libc: Libc
}

export interface PythonVersion {
  /** `3.13` */
  readonly minor: string
  /** `3.13.5`: markers such as `python_full_version >= "3.13.2"` need it. */
  readonly full: string
}

export interface Libc {
  readonly kind: 'glibc' | 'musl'
  /** `2.36`, `1.2` */
  readonly version: string
}

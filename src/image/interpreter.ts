/** Facts about a base image that an environment depends on, found in its own files and config. */
export interface BaseFacts {
  readonly interpreter: Interpreter
  readonly libc: { readonly kind: 'glibc' | 'musl'; readonly version: string }
  /** Text of /etc/passwd and /etc/group, empty when the base has none. */
  readonly passwd: string
  readonly group: string
  /** Whether /bin/sh exists. */
  readonly shell: boolean
}

export interface Interpreter {
  /** Absolute path of the real file or the name it is started by: `/usr/local/bin/python3.13`. */
  readonly path: string
  /** `3.13` */
  readonly minor: string
  /** `3.13.5` */
  readonly full: string
}

/**
 * What the image of a project without a Dockerfile consists of; a plain value that an engine turns into an image.
 * Paths inside the image are absolute.
 */
export interface Recipe {
  readonly mode: 'ship' | 'volume'
  /** Where the environment is: `/opt/venv` in the image, `<volume>/current` in a volume. */
  readonly environment: string
  /** Where a volume is mounted; only in mode `volume`. */
  readonly volume: string | undefined
  /** Where the project's files are, and the working directory. */
  readonly app: string
  readonly user: RecipeUser
  /** `NAME=value`, complete, base's own included. */
  readonly env: readonly string[]
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** `create`: the base has no such user, so passwd, group and the home are written. */
export interface RecipeUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly create: boolean
}

/**
 * What a user is told when something they can mend went wrong. `kind` decides the exit status: `usage` (2) for wrong
 * input or configuration, `build` (3) for a build that failed. `hint` says what to do.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly kind: 'usage' | 'build'
  readonly hint: string | undefined

  constructor(kind: 'usage' | 'build', message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.kind = kind
    this.hint = options.hint
  }
}

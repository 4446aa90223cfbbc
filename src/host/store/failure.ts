import { Failure } from '../../failure.ts'

/** What a failed write means to a user: a full disk or a folder that may not be written is named; the rest is passed on. */
export function diskFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('build', `the disk is full: ${path} cannot be written`, {
      hint: 'free some space, or set XDG_CACHE_HOME and --output to a disk that has room',
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Failure('build', `${path} may not be written`, {
      hint: 'change its owner, or set XDG_CACHE_HOME to a folder of yours',
      cause: error,
    })
  }
  return error
}

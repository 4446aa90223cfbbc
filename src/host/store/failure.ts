import { Failure } from '../../failure.ts'

/**
 * What a failed write means to a user: a full disk, or a folder that may not be written or is none, is named; the rest
 * is passed on.
 */
export function diskFailure(error: unknown, path: string): unknown {
  const { code } = Object(error) as Partial<NodeJS.ErrnoException>
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('build', `the disk is full: ${path} cannot be written`, {
      hint: 'free some space, or point XDG_CACHE_HOME and the output to a disk that has room',
      cause: error,
    })
  }
  // Node makes folders again and again, and of a file system that is read-only says in the end that one is missing.
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOENT') {
    return new Failure('build', `${path} may not be written`, {
      hint: 'change its owner, or set XDG_CACHE_HOME to a folder of yours',
      cause: error,
    })
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new Failure('build', `${path} cannot be written: a part of its path is a file`, {
      hint: 'remove that file, or set XDG_CACHE_HOME to another folder',
      cause: error,
    })
  }
  return error
}

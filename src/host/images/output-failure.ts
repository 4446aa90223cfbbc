import { Failure } from '../../failure.ts'

/** What an error of the file system means for an output; the rest is passed on. */
export function outputFailure(error: unknown, path: string): unknown {
  const fail = (kind: 'usage' | 'build', why: string, hint: string): Failure =>
    new Failure(kind, `${path} cannot be written: ${why}`, { hint, cause: error })
  switch ((Object(error) as Partial<NodeJS.ErrnoException>).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('build', 'the disk is full', 'free some space, or write the image to another disk')
    case 'EFBIG':
      return fail('build', 'the file system takes no file of this size', 'write the image to another disk')
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('usage', 'it is not allowed', 'change the permissions of its folder, or name another place')
    case 'ENOTDIR':
    case 'EEXIST':
      return fail('usage', 'a part of its path is a file', 'name a path below a folder')
    case 'ENOENT':
      return fail('usage', 'no folder can be made there', 'name another place')
    case 'ENAMETOOLONG':
      return fail('usage', 'its name is too long', 'name a shorter path')
    default:
      return error
  }
}

import { Failure } from '../../failure.ts'

/** What an error of the file system means for an image that is read; the rest is passed on. */
export function inputFailure(error: unknown, path: string, kind: 'archive' | 'OCI layout'): unknown {
  const { code, message } = Object(error) as Partial<NodeJS.ErrnoException>
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Failure('usage', `${path} does not exist`, {
        hint: `check the path of the ${kind}`,
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
      return new Failure('usage', `${path} may not be read`, { hint: 'change its permissions', cause: error })
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new Failure('usage', `${path} is no ${kind}: ${message ?? code}`, { cause: error })
    default:
      return error
  }
}

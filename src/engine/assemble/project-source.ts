import { entry, type Source } from './source.ts'
import type { ProjectFile } from './walk.ts'

/** A file of the project as it goes into the app layer: owned by root, and executable or not, whatever the umask. */
export function projectSource(
  { path, rawName, type, size, executable, linkname, file }: ProjectFile,
  app: string,
): Source {
  const mode = type === 'symlink' ? 0o777 : executable ? 0o755 : 0o644
  const raw = rawName ? ({ rawName: true } as const) : {}
  const link = linkname === undefined ? {} : { linkname }
  const own = entry(`${app}/${path}`, type, { size, mode, ...link, ...raw })
  return type === 'file' ? { entry: own, content: { file } } : { entry: own }
}

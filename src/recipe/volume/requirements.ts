import type { LockedFile, LockedPackage } from '../../project/lock.ts'

/**
 * The packages of a lock as requirements with hashes, for an installation from an index that the lock does not name:
 * the files of a pylock.toml have addresses, and no installer asks another index for them. `folder` is where the lock
 * lies; files with a path stay those files.
 *
 * Undefined when an index cannot have everything: a repository, an archive's address, a file without a hash.
 */
export function renderRequirements(packages: readonly LockedPackage[], folder: string): string | undefined {
  const lines: string[] = []
  for (const locked of packages) {
    const files = [...locked.wheels, ...(locked.sdist ? [locked.sdist] : [])]
    const hashes = files.map((file) => file.hashes['sha256'])
    if (locked.direct || locked.version === undefined || files.length === 0) return undefined
    if (hashes.some((hash) => hash === undefined)) return undefined
    const subject = subjectOf(locked, files, folder)
    if (subject === undefined) return undefined
    const marker = locked.marker === undefined ? [] : [` ; ${locked.marker}`]
    lines.push([subject, ...marker, ...hashes.map((hash) => ` \\\n    --hash=sha256:${hash ?? ''}`)].join(''))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function subjectOf(locked: LockedPackage, files: readonly LockedFile[], folder: string): string | undefined {
  const paths = files.flatMap((file) => (file.path === undefined ? [] : [file.path]))
  const [path] = paths
  if (path === undefined) return `${locked.name}==${locked.version ?? ''}`
  if (files.length > 1) return undefined
  const absolute = path.startsWith('/') ? path : `${folder}/${path.replace(/^\.\//, '')}`
  return `${locked.name} @ file://${encodeURI(absolute)}`
}

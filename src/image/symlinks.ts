import type { Filesystem } from './filesystem.ts'
import { join } from './layer-files.ts'

/** Links that may follow each other, and names that may be walked; Linux gives up after 40 links. */
const limits = { links: 40, names: 2000 } as const

/**
 * The path that a path stands for in an image once all its symlinks are followed, as `realpath -m` inside a container
 * says it: absolute links start at the image's root, `..` never leaves it. Undefined for a loop. Paths in and out are
 * without the leading `/`. The file itself may be missing.
 */
export function realPath({ files }: Pick<Filesystem, 'files'>, path: string): string | undefined {
  let at = ''
  let links = 0
  let names = 0
  const rest = path.split('/').reverse()
  while (rest.length > 0) {
    const part = rest.pop()
    names += 1
    if (names > limits.names) return undefined
    if (part === undefined || part === '' || part === '.') continue
    if (part === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))
      continue
    }
    const next = join(at, part)
    const entry = files.get(next)?.entry
    if (entry?.type !== 'symlink') {
      at = next
      continue
    }
    links += 1
    if (links > limits.links) return undefined
    const target = entry.linkname ?? ''
    if (target.startsWith('/')) at = ''
    rest.push(...target.split('/').reverse())
  }
  return at
}

import { parseBytecode } from '../bytecode.ts'
import type { Filesystem } from '../filesystem.ts'
import { parentOf } from '../layer-files.ts'
import { resolvePath } from '../place.ts'
import type { Cache } from './caches.ts'

/** Why nothing in a container reads a file, and what to do about it. */
export interface Leftover {
  /** Folder that it is told of: `root/.cache/pip`, `app/.git`, a folder with packages or the project. */
  readonly place: string
  readonly why: string
  readonly hint: string
}

const repositories: Readonly<Record<string, string>> = {
  '.git': 'Git',
  '.hg': 'Mercurial',
  '.svn': 'Subversion',
}

/**
 * Files that were left where nothing reads them: caches of package managers, repositories, and compiled Python whose
 * source is missing or other than what it was compiled from, or that is for a Python that is not in the image. A cache
 * that a symlink elsewhere leads into is in use.
 *
 * A compiled file says the time and size of its source, and a listing knows of those of its own layer whether they
 * hold. Where the source came in another layer than the compiled file, only its absence is told.
 */
export function findLeftovers(
  filesystem: Filesystem,
  cacheOf: (path: string) => Cache | undefined,
): ReadonlyMap<string, Leftover> {
  const { files, stale } = filesystem
  const used = cachesInUse(filesystem, cacheOf)
  const minors = pythons(filesystem)
  const found = new Map<string, Leftover>()
  // One value for all files of a place.
  const known = new Map<string, Leftover>()
  const once = (key: string, make: () => Leftover): Leftover => {
    let leftover = known.get(key)
    if (!leftover) known.set(key, (leftover = make()))
    return leftover
  }
  for (const [path, { entry }] of files) {
    if (entry.type === 'directory') continue
    const cache = cacheOf(path)
    if (cache) {
      if (used.has(cache.place)) continue
      const { of, place, hint } = cache
      found.set(
        path,
        once(place, () => ({ place, hint, why: of.includes(' ') ? of : `cache of ${of}` })),
      )
      continue
    }
    const repository = /^(?:.*?\/)??(\.git|\.hg|\.svn)\//.exec(path)
    if (repository) {
      const place = repository[0].slice(0, -1)
      found.set(
        path,
        once(place, () => ({
          place,
          why: `the ${repositories[repository[1] ?? ''] ?? ''} repository`,
          hint: `name \`${repository[1] ?? ''}\` in \`.dockerignore\`, or remove it in the RUN that clones`,
        })),
      )
      continue
    }
    const bytecode = parseBytecode(path)
    if (!bytecode) continue
    const { source, minor } = bytecode
    const why = !files.has(source)
      ? 'compiled Python without its source'
      : minor !== undefined && minors.size > 0 && !minors.has(minor)
        ? `compiled for Python ${minor}, which is not in the image`
        : stale.has(path)
          ? 'compiled Python that is older than its source'
          : undefined
    if (why === undefined) continue
    const place = placeOf(path)
    found.set(
      path,
      once(`${place}\0${why}`, () => ({ place, why, hint: hintFor(why, place) })),
    )
  }
  return found
}

function hintFor(why: string, place: string): string {
  if (!why.endsWith('older than its source')) {
    return isPackages(place)
      ? 'remove `__pycache__` together with the sources'
      : 'name `**/__pycache__` in `.dockerignore`'
  }
  return 'compile after the last step that changes files or their times, with `python -m compileall --invalidation-mode unchecked-hash`'
}

function isPackages(place: string): boolean {
  return /(?:^|\/)(?:site|dist)-packages$/.test(place)
}

/** The folder of packages that a compiled file is in, else the uppermost folder. */
function placeOf(path: string): string {
  const packages = /^(?:.*?\/)??(?:site|dist)-packages(?=\/)/.exec(path)?.[0]
  const library = /^(?:.*?\/)??lib\/python3\.\d+t?(?=\/)/.exec(path)?.[0]
  return packages ?? library ?? path.split('/', 1)[0] ?? ''
}

function cachesInUse(
  { files }: Filesystem,
  cacheOf: (path: string) => Cache | undefined,
): ReadonlySet<string> {
  const used = new Set<string>()
  for (const [path, { entry }] of files) {
    if (entry.type !== 'symlink') continue
    const target = resolvePath(parentOf(path), entry.linkname ?? '')
    const cache = target === undefined ? undefined : cacheOf(`${target}/`)
    if (cache && cacheOf(path)?.place !== cache.place) used.add(cache.place)
  }
  return used
}

/** Minor versions of the Pythons in an image, by their standard libraries. */
function pythons({ files }: Filesystem): ReadonlySet<string> {
  const minors = new Set<string>()
  for (const path of files.keys()) {
    if (!path.endsWith('/os.py') && !path.endsWith('/os.pyc')) continue
    const minor = /(?:^|\/)lib\/python(3\.\d+)t?\/os\.pyc?$/.exec(path)?.[1]
    if (minor !== undefined) minors.add(minor)
  }
  return minors
}

/** Where an environment lies in an image; paths as in a tar, without a leading `/`. */
export interface Layout {
  /** `opt/venv` */
  readonly root: string
  /** The image's Python, `3.13`. */
  readonly minor: string
  /** What its scripts are started by, where that is not the environment's own `bin/python`. */
  readonly python?: string
}

/** The interpreter that scripts of the environment start: its own link, which leads to the image's. */
export function environmentPython(layout: Layout): string {
  return layout.python ?? `/${layout.root}/bin/python`
}

/** What an environment has of its own, whatever is installed: its interpreter's links, and the file that marks it. */
export function environmentPaths({ root, minor }: Layout): ReadonlySet<string> {
  return new Set(
    ['bin/python', 'bin/python3', `bin/python${minor}`, 'pyvenv.cfg'].map((path) => `${root}/${path}`),
  )
}

/** `opt/venv/lib/python3.13/site-packages` */
export function sitePackages(layout: Layout): string {
  return `${layout.root}/lib/python${layout.minor}/site-packages`
}

/** A path below the prefix that the host's Python installed into, as a path of the image. */
export function imagePath(layout: Layout, prefixPath: string): string {
  return `${layout.root}/${withMinor(prefixPath, layout.minor)}`
}

/**
 * The folders that carry the installing Python's minor version: the library and the C headers. Some systems have a
 * `lib64` of their own for compiled code, which is `lib` in a virtual environment.
 */
export function withMinor(path: string, minor: string): string {
  return path
    .replace(/^((?:\.\.\/)*)lib64(?=\/python3\.\d+(?:\/|$))/, '$1lib')
    .replace(/^((?:\.\.\/)*(?:lib|include\/site))\/python3\.\d+(?=\/|$)/, `$1/python${minor}`)
}

/** Every folder above these paths, from `root` itself down, parents first. */
export function directoriesOf(paths: Iterable<string>, root: string): string[] {
  const found = new Set<string>([root])
  for (const path of paths) {
    for (let at = path.lastIndexOf('/'); at > root.length; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at)
      if (found.has(folder)) break
      found.add(folder)
    }
  }
  return [...found].sort()
}

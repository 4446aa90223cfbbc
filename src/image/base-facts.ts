import { Failure } from '../failure.ts'
import type { ImageConfig } from './config.ts'
import type { Filesystem } from './filesystem.ts'
import type { BaseFacts, Interpreter } from './interpreter.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { realPath } from './symlinks.ts'

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Where interpreters are that no PATH names. */
const elsewhere = ['usr/local/bin', 'usr/bin', 'opt/conda/bin', 'opt/python/bin']

/**
 * What an environment for this image depends on, from the image's own files: the interpreter that `python3` or
 * `python` starts by the config's PATH, else the newest one found; the C library; users. `reference` names the image
 * in errors. Throws Failure for an image without Python 3 or whose versions cannot be told.
 */
export function findBaseFacts(reference: string, config: ImageConfig, filesystem: Filesystem): BaseFacts {
  const interpreter = findInterpreter(reference, config, filesystem)
  const shell = realPath(filesystem, 'bin/sh')
  return {
    interpreter,
    libc: findLibc(reference, filesystem),
    passwd: filesystem.texts.get('etc/passwd') ?? '',
    group: filesystem.texts.get('etc/group') ?? '',
    shell: shell !== undefined && filesystem.files.has(shell),
  }
}

function findInterpreter(reference: string, config: ImageConfig, filesystem: Filesystem): Interpreter {
  const env = (name: string): string | undefined =>
    config.config.env.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1)
  const path = (env('PATH') ?? defaultPath).split(':').flatMap((folder) => {
    const real = folder.startsWith('/') ? realPath(filesystem, folder) : undefined
    return real === undefined ? [] : [real]
  })
  const folders = [...path, ...elsewhere]
  const candidates = [
    ...folders.flatMap((folder) => [join(folder, 'python3'), join(folder, 'python')]),
    ...inFolders(filesystem, (folder) => folders.includes(folder)),
    ...inFolders(filesystem, (folder) => baseName(folder) === 'bin'),
  ]
  const unclear = new Set<string>()
  for (const candidate of candidates) {
    const real = realPath(filesystem, candidate)
    const type = real === undefined ? undefined : filesystem.files.get(real)?.entry.type
    if (real === undefined || (type !== 'file' && type !== 'hardlink')) continue
    const full = fullVersion(filesystem, real, env('PYTHON_VERSION'))
    const minor = full === undefined ? undefined : /^3\.\d+/.exec(full)?.[0]
    if (full !== undefined && minor !== undefined) return { path: `/${real}`, minor, full }
    unclear.add(`/${real}`)
  }
  if (unclear.size > 0) {
    throw new Failure(
      'usage',
      `the version of ${[...unclear].slice(0, 3).join(', ')} in ${reference} cannot be told`,
      {
        hint: 'choose a base image with CPython 3, such as python:3.13-slim',
      },
    )
  }
  const looked = [...new Set(folders)].map((folder) => `/${folder}`)
  throw new Failure(
    'usage',
    `${reference} has no Python 3: no python3, python or python3.X in ${looked.join(', ')}`,
    {
      hint: 'choose a base image with Python, such as python:3.13-slim',
    },
  )
}

/** All `python3.X` in some folders, newest first. */
function inFolders({ files }: Filesystem, wanted: (folder: string) => boolean): readonly string[] {
  const minorOf = (path: string): number => Number(/(\d+)t?$/.exec(path)?.[1])
  return [...files.keys()]
    .filter((path) => /(?:^|\/)python3\.\d+t?$/.test(path) && wanted(parentOf(path)))
    .sort((a, b) => minorOf(b) - minorOf(a) || (a < b ? -1 : 1))
}

/** From the interpreter's own bytes, or those of its libpython; the config's PYTHON_VERSION is only a claim. */
function fullVersion(filesystem: Filesystem, path: string, claimed: string | undefined): string | undefined {
  const own = filesystem.versions.get(path)
  if (own !== undefined) return own
  const minor = /python(3\.\d+)t?$/.exec(path)?.[1]
  if (minor === undefined) return undefined
  const prefix = parentOf(parentOf(path))
  const libraries = [...filesystem.versions]
    .filter(([name]) => baseName(name).startsWith(`libpython${minor}`))
    .sort(([a], [b]) => Number(isBelow(b, prefix)) - Number(isBelow(a, prefix)) || (a < b ? -1 : 1))
  const library = libraries[0]?.[1]
  if (library !== undefined) return library
  return claimed?.startsWith(`${minor}.`) && /^3\.\d+\.\d+\w*$/.test(claimed) ? claimed : undefined
}

function findLibc(reference: string, filesystem: Filesystem): BaseFacts['libc'] {
  const version = (name: RegExp): string | undefined =>
    [...filesystem.versions].filter(([path]) => name.test(path)).sort(([a], [b]) => (a < b ? -1 : 1))[0]?.[1]
  const glibc = version(/(?:^|\/)libc(?:\.so\.6|-2\.\d+\.so)$/)
  const musl = version(/(?:^|\/)(?:ld-musl-|libc\.musl-)/)
  // An image of one kind may have the other's loader for foreign programs; its distribution knows better.
  const isMusl = musl !== undefined && (glibc === undefined || isAlpine(filesystem))
  if (isMusl) return { kind: 'musl', version: musl }
  if (glibc !== undefined) return { kind: 'glibc', version: glibc }
  throw new Failure(
    'usage',
    `${reference} has no C library that is known: no libc.so.6 and no ld-musl-*.so.1`,
    {
      hint: 'choose a base image with glibc or musl, such as python:3.13-slim or python:3.13-alpine',
    },
  )
}

function isAlpine({ texts }: Filesystem): boolean {
  const release = texts.get('etc/os-release') ?? texts.get('usr/lib/os-release') ?? ''
  return /^ID=["']?alpine\b/m.test(release)
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`)
}

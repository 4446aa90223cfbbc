import { accessSync, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import dockerignore from '@balena/dockerignore'
import { Failure } from '../../failure.ts'
import { unreadable } from './source.ts'

/** A file of the project that belongs in the image. */
export interface ProjectFile {
  /** Relative to the project with `/`; latin1 when `rawName`, as in a tar entry, and so is `linkname`. */
  readonly path: string
  readonly rawName: boolean
  readonly type: 'file' | 'directory' | 'symlink'
  readonly size: number
  readonly executable: boolean
  readonly linkname: string | undefined
  /** Absolute, as the bytes that the file system knows. */
  readonly file: Buffer
}

/** Folders that never belong in an image, at any depth: version control, environments, what tools keep. */
const neverFolders = new Set(
  '.git .hg .svn .bzr .jj .venv __pycache__ .pytest_cache .mypy_cache .ruff_cache .hypothesis .tox .nox .ipynb_checkpoints .pyre .pytype __pypackages__'.split(
    ' ',
  ),
)
const neverFiles = /\.py[co]$|^\.DS_Store$|^\.coverage$/
/** What a build that was killed may have left beside its output. */
const leftovers = /^\.pydeps-image-[0-9a-f]+\.partial$/
/** Files to look at before others have a turn: what shows progress, and an interrupt. */
const turn = 1000
/** Files that say of their folder that it is an environment (PEP 405), or a cache (bford.info/cachedir). */
const telltales = ['pyvenv.cfg', 'CACHEDIR.TAG'].map((name) => Buffer.from(name))

/**
 * The project's files, sorted by path, less what `.dockerignore` names and what never belongs in an image. Links are
 * taken as links and never followed, so nothing outside the project comes in. Sockets and the like are left out with
 * a warning. `skip` names absolute paths to leave out: where this build writes.
 */
export async function walkProject(
  root: string,
  skip: readonly string[] = [],
): Promise<{ files: readonly ProjectFile[]; warnings: readonly string[] }> {
  const found = await stat(root).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new Failure('usage', `${root} is not a folder`, { hint: 'name the folder of the project' })
  }
  const text = await readFile(join(root, '.dockerignore'), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw unreadable(join(root, '.dockerignore'), error)
  })
  const patterns = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const rules = dockerignore.default().add(patterns)
  // Only an exception can bring back something below a folder that is ignored.
  const hasExceptions = patterns.some((line) => line.trimStart().startsWith('!'))
  const realRoot = await realpath(root)
  const skipped = new Set(
    await Promise.all(skip.map(async (path) => relative(realRoot, await realPlace(path)))),
  )
  const files: ProjectFile[] = []
  const warnings: string[] = []
  let looked = 0
  /** Takes in what is in a folder; false for an environment or a cache, or one with nothing but what is skipped. */
  const visit = async (folder: Buffer, prefix: string, prefixRaw: boolean): Promise<boolean> => {
    const names = look(folder, () => readdirSync(folder, { encoding: 'buffer' }))
    if (prefix !== '' && names.some((name) => telltales.some((one) => one.equals(name)))) return false
    const start = files.length
    let isSkipping = false
    for (const name of names) {
      const utf8 = name.toString('utf8')
      const raw = prefixRaw || !Buffer.from(utf8, 'utf8').equals(name)
      const own = raw ? name.toString('latin1') : utf8
      const before = raw && !prefixRaw ? Buffer.from(prefix, 'utf8').toString('latin1') : prefix
      const path = before === '' ? own : `${before}/${own}`
      const file = Buffer.concat([folder, Buffer.from('/'), name])
      if (skipped.has(path)) {
        isSkipping = true
        continue
      }
      if (leftovers.test(own)) continue
      looked += 1
      if (looked % turn === 0) await setImmediate()
      const found = look(file, () => lstatSync(file))
      if (found.isDirectory()) {
        if (neverFolders.has(own)) continue
        const ignored = rules.ignores(path)
        if (ignored && !hasExceptions) continue
        const at = files.length
        if (!(await visit(file, path, raw))) {
          isSkipping = true
          continue
        }
        // A folder that holds nothing but what is ignored is ignored too.
        if (!ignored || files.length > at) {
          files.push({
            path,
            rawName: raw,
            type: 'directory',
            size: 0,
            executable: true,
            linkname: undefined,
            file,
          })
        }
        continue
      }
      if (neverFiles.test(own) || rules.ignores(path)) continue
      if (found.isSymbolicLink()) {
        const bytes = look(file, () => readlinkSync(file, { encoding: 'buffer' }))
        const target = bytes.toString('utf8')
        // A tar entry is raw as a whole: its name and its target.
        const rawLink = raw || !Buffer.from(target, 'utf8').equals(bytes)
        files.push({
          path: rawLink && !raw ? Buffer.from(path, 'utf8').toString('latin1') : path,
          rawName: rawLink,
          type: 'symlink',
          size: 0,
          executable: false,
          linkname: rawLink ? bytes.toString('latin1') : target,
          file,
        })
        if (target.startsWith('/') || leaves(path, target)) {
          warnings.push(
            `${JSON.stringify(path)} is a link to ${JSON.stringify(target)}, outside the project: it is copied as a link, and what it names is not`,
          )
        }
      } else if (found.isFile()) {
        look(file, () => accessSync(file, constants.R_OK))
        files.push({
          path,
          rawName: raw,
          type: 'file',
          size: found.size,
          executable: (found.mode & 0o111) !== 0,
          linkname: undefined,
          file,
        })
        if (/^\.env(?:\..*)?$/.test(own) && !/\.(?:example|sample|template|dist)$/.test(own)) {
          warnings.push(
            `${JSON.stringify(path)} goes into the image: if it holds secrets, name it in .dockerignore`,
          )
        }
      } else {
        warnings.push(`${JSON.stringify(path)} is left out: it is neither a file nor a folder nor a link`)
      }
    }
    return !isSkipping || files.length > start
  }
  await visit(Buffer.from(root), '', false)
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return { files, warnings }
}

/** Does something with a file at once: waiting for another thread takes longer. Throws Failure. */
function look<T>(file: Buffer, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A path without links; that of what is not there yet, by its folder. */
async function realPlace(path: string): Promise<string> {
  const byFolder = async (): Promise<string> => join(await realpath(dirname(path)), basename(path))
  return realpath(path).catch(() => byFolder().catch(() => path))
}

function leaves(path: string, target: string): boolean {
  let depth = path.split('/').length - 1
  for (const part of target.split('/')) {
    depth += part === '..' ? -1 : part === '.' || part === '' ? 0 : 1
    if (depth < 0) return true
  }
  return false
}

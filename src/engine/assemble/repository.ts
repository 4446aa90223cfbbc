import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readlink, symlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { git } from '../../host/git.ts'
import type { InstallContext } from './install.ts'

/** The git repository around a project, for builds that ask it for their version. */
export interface Repository {
  /** Absolute path of its working tree. */
  readonly top: string
  /** All that a version is made from: commit, branch, tags; undefined when tracked files are edited. */
  readonly state: string | undefined
}

/** The repository around a folder; undefined where there is none, or no git to ask. */
export async function findRepository(
  folder: string,
  context: InstallContext,
): Promise<Repository | undefined> {
  const top = (await git(folder, ['rev-parse', '--show-toplevel'], context))?.replace(/\n$/, '')
  if (top === undefined || top === '') return undefined
  const ask = (...args: string[]): Promise<string | undefined> => git(top, args, context)
  const status = await ask('status', '--porcelain', '--untracked-files=no')
  const parts = [
    await ask('rev-parse', 'HEAD'),
    await ask('symbolic-ref', '--quiet', 'HEAD'),
    await ask('for-each-ref', '--format=%(refname) %(objectname) %(*objectname)', 'refs/tags'),
  ]
  return { top, state: status === '' ? parts.join('\n') : undefined }
}

/**
 * Makes a folder the same working tree: the history is borrowed, index and tracked files are copied, so that it has
 * the same version and is edited where the original is. Nothing is written into the original. False when git cannot.
 */
export async function copyRepository(
  { top }: Repository,
  folder: string,
  context: InstallContext,
): Promise<boolean> {
  const cloned = await git(top, ['clone', '--quiet', '--shared', '--no-checkout', top, folder], context)
  const index = (await git(top, ['rev-parse', '--git-path', 'index'], context))?.replace(/\n$/, '')
  const tracked = await git(top, ['ls-files', '-z', '--cached'], context)
  if (cloned === undefined || index === undefined || tracked === undefined) return false
  await copyFile(resolve(top, index), join(folder, '.git', 'index')).catch(() => undefined)
  for (const path of new Set(tracked.split('\0'))) {
    const from = join(top, path)
    const to = join(folder, path)
    const found = path === '' ? undefined : await lstat(from).catch(() => undefined)
    if (found?.isFile() !== true && found?.isSymbolicLink() !== true) continue
    await mkdir(dirname(to), { recursive: true })
    if (found.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE)
    else await symlink(await readlink(from, { encoding: 'buffer' }), to)
  }
  return true
}

import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { outputFailure } from './output-failure.ts'

/** Writes a file beside its place and renames it there when it is complete. A folder is never replaced. */
export async function writeFileBeside(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  await placed(path, async (target, beside) => {
    await checkFile(target, path)
    const file = await open(beside, 'wx')
    try {
      await write(file)
    } finally {
      await file.close()
    }
    await rename(beside, target)
  })
}

/** Throws Failure when an archive cannot take this place; a missing folder above it will be made. */
export async function checkArchivePlace(path: string): Promise<void> {
  await checkFile(await realpath(path).catch(() => resolve(path)), path)
}

/** Throws Failure when a layout cannot take this place. */
export async function checkLayoutPlace(path: string): Promise<void> {
  await mayReplace(await realpath(path).catch(() => resolve(path)), path)
}

async function checkFile(target: string, path: string): Promise<void> {
  const found = await stat(target).catch(ifMissing)
  if (found?.isDirectory()) {
    throw new Failure('usage', `${path} is a folder, and an archive is a file`, {
      hint: `name a file in it, as ${join(path, 'image.tar')}, or write a layout: oci:${path}`,
    })
  }
  if (found && !found.isFile()) {
    throw new Failure('usage', `${path} is no file but something special`, { hint: 'name a file' })
  }
}

/**
 * Fills a folder beside its place and puts it there when it is complete. Replaced are an empty folder and an OCI
 * layout with nothing else in it; anything else stays as it is, and is a Failure.
 */
export async function writeLayoutBeside(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  await placed(path, async (target, beside) => {
    await mayReplace(target, path)
    await mkdir(beside)
    await fill(beside)
    const old = await mayReplace(target, path)
    if (old === 'layout') await exchange(beside, target)
    else await rename(beside, target)
  })
}

/** Calls with the real path (a link at the end is followed) and a temporary name in the same folder, which is removed. */
async function placed(path: string, write: (target: string, beside: string) => Promise<void>): Promise<void> {
  let beside: string | undefined
  try {
    await makeFolders(dirname(resolve(path)))
    const target = await realpath(path).catch(() => resolve(path))
    beside = temporaryName(target)
    await write(target, beside)
  } catch (error) {
    throw outputFailure(error, path)
  } finally {
    if (beside !== undefined) await rm(beside, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Node's own recursive mkdir never ends where the kernel makes no folders, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path))
    await mkdir(path).catch((again: unknown) => {
      if ((again as NodeJS.ErrnoException).code !== 'EEXIST') throw again
    })
  }
}

/** Two folders cannot change places in one step from here: the old one steps aside, and comes back if that fails. */
async function exchange(fresh: string, target: string): Promise<void> {
  const old = temporaryName(target)
  await rename(target, old)
  try {
    await rename(fresh, target)
  } catch (error) {
    await rename(old, target)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

async function mayReplace(target: string, path: string): Promise<'nothing' | 'empty' | 'layout'> {
  const found = await stat(target).catch(ifMissing)
  if (!found) return 'nothing'
  if (!found.isDirectory()) {
    throw new Failure('usage', `${path} is a file, and an OCI layout is a folder`, {
      hint: `name another path, or write an archive: oci-archive:${path}`,
    })
  }
  const names = await readdir(target)
  if (names.length === 0) return 'empty'
  const foreign = names.filter((name) => !['oci-layout', 'index.json', 'blobs', 'ingest'].includes(name))
  if (names.includes('oci-layout') && foreign.length === 0) return 'layout'
  throw new Failure(
    'usage',
    `${path} is a folder with other things in it, as ${foreign[0] ?? names[0] ?? ''}`,
    {
      hint: 'name a folder that does not exist, an empty one, or an OCI layout to replace',
    },
  )
}

function temporaryName(target: string): string {
  return join(dirname(target), `.pydeps-image-${randomBytes(8).toString('hex')}.partial`)
}

function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
  throw error
}

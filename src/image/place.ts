import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'
import { realPath } from './symlinks.ts'

/** Folders that are looked up behind links: a list that names more is no list of a package. */
const folderLimit = 100_000

/**
 * Finds the entry that a path of a package's file list names: lists name `/bin/sh` where the image has `/usr/bin/sh`
 * behind a link, so links to folders are followed, but not the last name. Undefined when there is none.
 */
export function createPlaces(filesystem: Filesystem): (path: string) => string | undefined {
  const folders = new Map<string, string | undefined>()
  return (path) => {
    if (filesystem.files.has(path)) return path
    const folder = parentOf(path)
    if (!folders.has(folder) && folders.size < folderLimit) folders.set(folder, realPath(filesystem, folder))
    const real = folders.get(folder)
    const place = real === undefined ? undefined : join(real, baseName(path))
    return place !== undefined && filesystem.files.has(place) ? place : undefined
  }
}

/** A path with parts that are not names: empty ones, `.` and `..`. */
const unusual = /(?:^|\/)\.{0,2}(?:\/|$)/

/** A relative path from a folder of the image; undefined when it leaves the image. */
export function resolvePath(folder: string, path: string): string | undefined {
  // As nearly all are written, and an image has tens of thousands of them.
  if (folder !== '' && !unusual.test(path)) return `${folder}/${path}`
  const parts: string[] = path.startsWith('/') || folder === '' ? [] : folder.split('/')
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

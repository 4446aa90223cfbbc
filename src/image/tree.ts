import type { Filesystem } from './filesystem.ts'
import { baseName, join, parentOf } from './layer-files.ts'

/** An image's files by folder, folders without an entry of their own included. */
export interface Tree {
  /** Paths of Python modules of a name right in a folder: `six.py`, `six.cpython-313-x86_64-linux-gnu.so`. */
  modules(folder: string, name: string): readonly string[]
  /** Paths of files below a folder, at any depth. */
  filesBelow(folder: string): readonly string[]
}

export function createTree({ files }: Pick<Filesystem, 'files'>): Tree {
  let folders: Folders | undefined
  let modules: ReadonlyMap<string, readonly string[]> | undefined
  return {
    filesBelow: (folder) => {
      folders ??= foldersOf(files)
      const found: string[] = []
      const rest = [folder]
      for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
        for (const path of folders.files.get(at) ?? []) found.push(path)
        for (const inner of folders.folders.get(at) ?? []) rest.push(inner)
      }
      return found
    },
    modules: (folder, name) => {
      modules ??= modulesOf(files)
      return modules.get(join(folder, name)) ?? []
    },
  }
}

/** What is right in each folder. */
interface Folders {
  readonly files: ReadonlyMap<string, readonly string[]>
  readonly folders: ReadonlyMap<string, readonly string[]>
}

function foldersOf(all: Filesystem['files']): Folders {
  const files = new Map<string, string[]>()
  const folders = new Map<string, string[]>()
  const known = new Set([''])
  const addFolder = (folder: string): void => {
    for (let at = folder; !known.has(at); at = parentOf(at)) {
      known.add(at)
      append(folders, parentOf(at), at)
    }
  }
  for (const [path, { entry }] of all) {
    if (entry.type === 'directory') addFolder(path)
    else {
      addFolder(parentOf(path))
      append(files, parentOf(path), path)
    }
  }
  return { files, folders }
}

function modulesOf(all: Filesystem['files']): ReadonlyMap<string, readonly string[]> {
  const modules = new Map<string, string[]>()
  for (const path of all.keys()) {
    const name = /^([^.]+)\.(?:[^/]*\.)?(?:py|so|pyi)$/.exec(baseName(path))?.[1]
    if (name !== undefined) append(modules, join(parentOf(path), name), path)
  }
  return modules
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

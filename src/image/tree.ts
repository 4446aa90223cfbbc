import type { Filesystem } from './filesystem.ts'
import { parentOf } from './layer-files.ts'

/** An image's files by folder, folders without an entry of their own included. */
export interface Tree {
  /** Paths of files right in a folder. */
  filesIn(folder: string): readonly string[]
  /** Paths of files below a folder, at any depth. */
  filesBelow(folder: string): readonly string[]
}

export function createTree({ files }: Pick<Filesystem, 'files'>): Tree {
  const filesIn = new Map<string, string[]>()
  const folders = new Map<string, string[]>()
  const known = new Set([''])
  const addFolder = (folder: string): void => {
    for (let at = folder; !known.has(at); at = parentOf(at)) {
      known.add(at)
      append(folders, parentOf(at), at)
    }
  }
  for (const [path, { entry }] of files) {
    if (entry.type === 'directory') addFolder(path)
    else {
      addFolder(parentOf(path))
      append(filesIn, parentOf(path), path)
    }
  }
  return {
    filesIn: (folder) => filesIn.get(folder) ?? [],
    filesBelow: (folder) => {
      const found: string[] = []
      const rest = [folder]
      for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
        for (const path of filesIn.get(at) ?? []) found.push(path)
        for (const inner of folders.get(at) ?? []) rest.push(inner)
      }
      return found
    },
  }
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

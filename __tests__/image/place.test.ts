import { posix } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { resolvePath } from '../../src/image/place.ts'

/** All paths of up to four of these parts. */
function* paths(): Generator<string> {
  const parts = ['', '.', '..', '...', 'a', '.b']
  let all: readonly string[] = parts
  for (let length = 1; length <= 4; length += 1) {
    yield* all
    all = all.flatMap((path) => parts.map((part) => `${path}/${part}`))
  }
}

/** How far a path climbs above the folder that it starts from. */
function climbs(path: string): number {
  let depth = 0
  let highest = 0
  for (const part of path.split('/')) {
    if (part !== '' && part !== '.') depth += part === '..' ? -1 : 1
    highest = Math.max(highest, -depth)
  }
  return highest
}

describe.each(['', 'x', 'opt/venv/lib'])('resolvePath from %j', (folder) => {
  it('is what the path leads to, and nothing where it leaves the image', () => {
    const depth = folder === '' ? 0 : folder.split('/').length
    for (const path of paths()) {
      const isAbsolute = path.startsWith('/')
      const from = isAbsolute ? '/' : `/${folder}/`
      const leaves = climbs(path) > (isAbsolute ? 0 : depth)
      const expected = leaves ? undefined : posix.resolve(from + path).slice(1)
      expect([path, resolvePath(folder, path)]).toEqual([path, expected])
    }
  })
})

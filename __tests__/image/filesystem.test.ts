import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Filesystem, mergeLayers } from '../../src/image/filesystem.ts'
import { createListing, type TinyLayer } from '../fixtures/image.ts'

function merge(...layers: TinyLayer[]): Filesystem {
  return mergeLayers(layers.map((layer) => createListing(layer)))
}

/** Visible paths with layer and bytes, as `path@layer=bytes`; directories without bytes. */
function seen({ files }: Filesystem): string[] {
  return [...files]
    .map(
      ([path, { entry, layer, bytes }]) =>
        `${path}@${layer}${entry.type === 'directory' ? '/' : `=${bytes}`}`,
    )
    .sort()
}

function hidden({ layers }: Filesystem): string[] {
  return layers.flatMap(({ hidden }, layer) =>
    hidden.map(({ path, bytes, by }) => `${path}@${layer}=${bytes} by ${by}`),
  )
}

describe('mergeLayers', () => {
  it('shows the uppermost of each file', () => {
    const merged = merge({ 'a/': {}, 'a/x': 10, 'a/y': 20 }, { 'a/x': 5 }, { 'a/x': 7, b: 1 })
    expect(seen(merged)).toEqual(['a/x@2=7', 'a/y@0=20', 'a@0/', 'b@2=1'])
    expect(hidden(merged)).toEqual(['a/x@0=10 by 1', 'a/x@1=5 by 2'])
    expect(merged.bytes).toBe(28)
    expect(merged.layers.map(({ disk }) => disk)).toEqual([30, 5, 8])
  })

  it('takes the mode of a directory from the upper layer, and its content from both', () => {
    const merged = merge({ 'a/': { mode: 0o700 }, 'a/x': 1 }, { 'a/': { mode: 0o755 }, 'a/y': 2 })
    expect(seen(merged)).toEqual(['a/x@0=1', 'a/y@1=2', 'a@1/'])
    expect(merged.files.get('a')?.entry.mode).toBe(0o755)
  })

  it('deletes what a whiteout names, with everything in it, in lower layers only', () => {
    const merged = merge(
      { 'a/': {}, 'a/x': 1, 'a/d/e': 2, ab: 4, 'a.b': 8 },
      { 'b/x': 16, 'b/.wh.x': 0, '.wh.a': 0, 'a/new': 32 },
      { '.wh.missing': 0 },
    )
    expect(seen(merged)).toEqual(['a.b@0=8', 'a/new@1=32', 'ab@0=4', 'b/x@1=16'])
    expect(hidden(merged)).toEqual(['a/x@0=1 by 1', 'a/d/e@0=2 by 1'])
  })

  it('empties an opaque directory, but not of what its own layer has', () => {
    const merged = merge(
      { 'a/': { mode: 0o700 }, 'a/x': 1, 'a/d/e': 2 },
      { 'a/': {}, 'a/.wh..wh..opq': 0, 'a/y': 4 },
      { 'a/z': 8 },
    )
    expect(seen(merged)).toEqual(['a/y@1=4', 'a/z@2=8', 'a@1/'])
    expect(hidden(merged)).toEqual(['a/x@0=1 by 1', 'a/d/e@0=2 by 1'])
    expect(seen(merge({ x: 1, 'd/y': 2 }, { '.wh..wh..opq': 0, z: 4 }))).toEqual(['z@1=4'])
  })

  it('keeps a directory that comes back after it was deleted empty', () => {
    const merged = merge({ 'a/': {}, 'a/x': 1 }, { '.wh.a': 0 }, { 'a/': {}, 'a/y': 2 })
    expect(seen(merged)).toEqual(['a/y@2=2', 'a@2/'])
    expect(hidden(merged)).toEqual(['a/x@0=1 by 1'])
  })

  it('replaces a directory by a file, a file by a directory, and a link by a directory', () => {
    expect(seen(merge({ 'a/': {}, 'a/x': 1 }, { a: 2 }))).toEqual(['a@1=2'])
    expect(seen(merge({ a: 2 }, { 'a/': {}, 'a/x': 1 }))).toEqual(['a/x@1=1', 'a@1/'])
    expect(seen(merge({ a: 2 }, { 'a/x': 1 }))).toEqual(['a/x@1=1'])
    expect(seen(merge({ lib: { linkname: 'usr/lib' }, 'usr/lib/x': 1 }, { 'lib/y': 2 }))).toEqual([
      'lib/y@1=2',
      'usr/lib/x@0=1',
    ])
    // A file in between still hides what was below it.
    const merged = merge({ 'a/': {}, 'a/x': 1 }, { a: 2 }, { 'a/': {}, 'a/y': 4 })
    expect(seen(merged)).toEqual(['a/y@2=4', 'a@2/'])
    expect(hidden(merged)).toEqual(['a/x@0=1 by 1', 'a@1=2 by 2'])
  })

  it('settles a path that one layer names twice', () => {
    const twice = createListing({})
    const entry = { type: 'file' as const, mode: 0o644 }
    const merged = mergeLayers([
      {
        ...twice,
        entries: [
          { path: 'a/x', size: 1, ...entry },
          { path: 'b', size: 2, ...entry },
          { path: 'b', size: 4, ...entry },
          { path: 'a', size: 8, ...entry },
        ],
      },
    ])
    expect(seen(merged)).toEqual(['a@0=8', 'b@0=4'])
    expect(merged.layers[0]).toEqual({ disk: 12, hidden: [] })
  })

  it('counts a file with several names once', () => {
    const link = (linkname: string): object => ({ type: 'hardlink', linkname })
    const merged = merge({ x: 100, y: link('x'), z: link('y') }, { w: link('x') })
    expect(seen(merged)).toEqual(['w@1=0', 'x@0=100', 'y@0=0', 'z@0=0'])
    // Another name keeps the bytes when the first is deleted.
    const deleted = merge({ x: 100, y: link('x') }, { '.wh.x': 0 })
    expect(seen(deleted)).toEqual(['y@0=100'])
    expect(hidden(deleted)).toEqual([])
    const gone = merge({ x: 100, y: link('x') }, { '.wh.x': 0 }, { y: 1 })
    expect(seen(gone)).toEqual(['y@2=1'])
    expect(hidden(gone)).toEqual(['x@0=100 by 2'])
    // A tar out of order, a link to nowhere and a loop.
    expect(seen(merge({ z: link('y'), y: link('x'), x: 3, n: link('nowhere'), l: link('l') }))).toEqual([
      'l@0=0',
      'n@0=0',
      'x@0=0',
      'y@0=0',
      'z@0=3',
    ])
  })

  it('shows texts and versions of the files that are seen, under each name', () => {
    const merged = merge(
      { 'etc/passwd': 'old', 'etc/group': 'group', 'usr/bin/python3.13': { size: 1, version: '3.13.5' } },
      {
        'etc/passwd': 'new',
        '.wh.etc': 0,
        'usr/bin/python3': { type: 'hardlink', linkname: 'usr/bin/python3.13' },
      },
    )
    expect(Object.fromEntries(merged.texts)).toEqual({ 'etc/passwd': 'new' })
    expect(Object.fromEntries(merged.versions)).toEqual({
      'usr/bin/python3.13': '3.13.5',
      'usr/bin/python3': '3.13.5',
    })
    expect(merge({ 'constructor/etc/passwd': 1 }).texts.size).toBe(0)
  })

  const name = fc.constantFrom('a', 'b', 'c', '.wh.a', '.wh.b', '.wh..wh..opq')
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  const what = fc.oneof(
    fc.nat(100),
    fc.constant({ type: 'directory' as const }),
    fc.constantFrom('a', 'b', 'a/b', 'a/b/c').map((linkname) => ({ type: 'hardlink' as const, linkname })),
  )
  const anyLayers = fc.array(fc.dictionary(path, what, { maxKeys: 12 }), { maxLength: 4 })

  it('loses no byte and counts none twice', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const merged = merge(...layers)
        const disk = merged.layers.reduce((sum, layer) => sum + layer.disk, 0)
        const lost = merged.layers.flatMap((layer) => layer.hidden).reduce((sum, file) => sum + file.bytes, 0)
        const shown = [...merged.files.values()].reduce((sum, file) => sum + file.bytes, 0)
        expect(merged.bytes).toBe(shown)
        expect(disk).toBe(shown + lost)
      }),
      { numRuns: 500 },
    )
  })

  it('agrees with applying the layers to a tree, one after the other', () => {
    const plain = fc.oneof(fc.nat(100), fc.constant({ type: 'directory' as const }))
    fc.assert(
      fc.property(fc.array(fc.dictionary(path, plain, { maxKeys: 8 }), { maxLength: 4 }), (all) => {
        const layers = all.map(consistent)
        const files = [...merge(...layers).files].filter(([, { entry }]) => entry.type === 'file')
        expect(files.map(([path, { layer }]) => `${path}@${layer}`).sort()).toEqual(applied(layers))
      }),
      { numRuns: 500 },
    )
  })
})

/** A layer without what no tar of a file system has: something below a file. */
function consistent(layer: Readonly<Record<string, number | { type: 'directory' }>>): TinyLayer {
  const isFile = (path: string): boolean => typeof layer[path] === 'number'
  const parents = (path: string): string[] =>
    path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))
  return Object.fromEntries(
    Object.entries(layer).filter(
      ([path]) =>
        !parents(path).some(
          (parent) => isFile(parent) || parent.split('/').some((part) => part.startsWith('.wh')),
        ),
    ),
  )
}

/** The plain way: a set of paths, changed by each layer, whiteouts first. */
function applied(layers: readonly TinyLayer[]): string[] {
  const files = new Map<string, number>()
  const remove = (test: (path: string) => boolean): void => {
    for (const path of [...files.keys()]) if (test(path)) files.delete(path)
  }
  for (const [layer, tiny] of layers.entries()) {
    for (const path of Object.keys(tiny)) {
      const [, folder = '', name = ''] = /^(.*?)([^/]*)$/.exec(path) ?? []
      if (name === '.wh..wh..opq') remove((file) => file.startsWith(folder))
      else if (name.startsWith('.wh.')) {
        const target = folder + name.slice(4)
        remove((file) => file === target || file.startsWith(`${target}/`))
      }
    }
    for (const [path, what] of Object.entries(tiny)) {
      if (/(?:^|\/)\.wh\./.test(path)) continue
      const parents = path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))
      remove((file) => parents.includes(file))
      if (typeof what === 'number') {
        remove((file) => file.startsWith(`${path}/`))
        files.set(path, layer)
      } else files.delete(path)
    }
  }
  return [...files].map(([path, layer]) => `${path}@${layer}`).sort()
}

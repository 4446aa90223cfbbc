import { type LayerFiles, parentOf } from './layer-files.ts'

/** What the layers above do to one path; each a layer's index, the lowest that does it. */
interface Cover {
  /** Deletes or replaces whatever is there. */
  self?: number
  /** Deletes or replaces what is below it: something that is no directory, a whiteout, an opaque directory. */
  below?: number
  /** Has a directory there, which becomes one with a directory and replaces anything else. */
  directory?: number
}

/** The layers above the one at hand. Add them from the highest down. */
export class Overlay {
  readonly #covers = new Map<string, Cover>()
  readonly #below = new Map<string, number | undefined>()

  add(files: LayerFiles, layer: number): void {
    this.#below.clear()
    let last = ''
    for (const [path, { type }] of files.entries) {
      const cover = this.#cover(path)
      if (type === 'directory') cover.directory = layer
      else {
        cover.self = layer
        cover.below = layer
      }
      const folder = parentOf(path)
      if (folder === last) continue
      last = folder
      // A directory that has no entry of its own is there all the same.
      for (let parent = folder; parent !== ''; parent = parentOf(parent)) {
        const above = this.#cover(parent)
        if (above.directory === layer) break
        above.directory = layer
      }
    }
    for (const path of files.whiteouts) Object.assign(this.#cover(path), { self: layer, below: layer })
    for (const path of files.opaque) this.#cover(path).below = layer
  }

  /** The layer that hides this path. A directory is not hidden by another, which becomes one with it. */
  hides(path: string, isDirectory: boolean): number | undefined {
    const { self, directory } = this.#covers.get(path) ?? {}
    return lowest(lowest(this.#hidesBelow(parentOf(path)), self), isDirectory ? undefined : directory)
  }

  #hidesBelow(folder: string): number | undefined {
    if (this.#below.has(folder)) return this.#below.get(folder)
    const parent = folder === '' ? undefined : this.#hidesBelow(parentOf(folder))
    const layer = lowest(this.#covers.get(folder)?.below, parent)
    this.#below.set(folder, layer)
    return layer
  }

  #cover(path: string): Cover {
    let cover = this.#covers.get(path)
    if (!cover) this.#covers.set(path, (cover = {}))
    return cover
  }
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

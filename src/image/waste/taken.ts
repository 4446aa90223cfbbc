import type { Attribution } from '../attribution.ts'
import type { Part } from '../measurement.ts'
import { LayerBytes } from './finding.ts'

/** Gives each file of the image to the first cause of waste that takes it; what the base brings is no one's to take. */
export class Files {
  readonly #attribution: Attribution
  readonly taken = new Set<string>()

  constructor(attribution: Attribution) {
    this.#attribution = attribution
  }

  /** Bytes of those files that are not taken yet, by the part that they are counted in. */
  take(paths: Iterable<string>): ReadonlyMap<Part, LayerBytes> {
    const { filesystem, partOf, isAdded } = this.#attribution
    const found = new Map<Part, LayerBytes>()
    for (const path of paths) {
      const file = filesystem.files.get(path)
      if (!file || file.bytes === 0 || this.taken.has(path) || !isAdded(path)) continue
      this.taken.add(path)
      const part = partOf(path, file.layer)
      let bytes = found.get(part)
      if (!bytes) found.set(part, (bytes = new LayerBytes()))
      bytes.add(file.layer, file.bytes)
    }
    return found
  }
}

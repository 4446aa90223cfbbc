import type { Part } from '../measurement.ts'

/** Waste of one cause in one place. */
export interface Finding {
  /** As in a tar, without a leading `/`. */
  readonly path: string
  /** The part that its bytes are counted in; `hidden` for those that no container sees. */
  readonly part: Part | 'hidden'
  /** By the index of the layer that has them. */
  readonly bytesIn: ReadonlyMap<number, number>
  readonly why: string
  readonly hint: string
}

/** Bytes by layer, which add up. */
export class LayerBytes {
  readonly in = new Map<number, number>()
  total = 0
  files = 0

  add(layer: number, bytes: number): void {
    this.in.set(layer, (this.in.get(layer) ?? 0) + bytes)
    this.total += bytes
    this.files += 1
  }
}

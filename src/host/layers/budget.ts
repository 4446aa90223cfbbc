import { Failure } from '../../failure.ts'
import { parentOf } from '../../image/layer-files.ts'
import type { LayerListing, ListedEntry } from '../../image/listing.ts'
import { type LayerLimits, layerLimits } from './limits.ts'

/** What the layers of one image may have together. */
export interface ImageLimits extends Pick<
  LayerLimits,
  'bytes' | 'ratio' | 'bytesBeforeRatio' | 'entries' | 'texts'
> {
  readonly layers: number
  /** Characters of all names, and of what they link to. */
  readonly names: number
  /** Folders, also those that no entry names itself. */
  readonly folders: number
}

/** Container engines stack 127 layers, or some hundreds. */
export const imageLimits: ImageLimits = {
  ...layerLimits,
  layers: 1000,
  texts: 32 * 2 ** 20,
  names: 2 ** 26,
  folders: 500_000,
}

const hint = 'no image that is meant to be run comes near this; check where it comes from'

/** Counts what is read of an image's layers, side by side, and throws Failure when it is too much. */
export class LayerBudget {
  readonly #limits: ImageLimits
  #download = 0
  #bytes = 0
  #entries = 0
  #texts = 0
  #names = 0
  readonly #folders = new Set<string>()
  /** Of the last entry: a tar has the files of a folder one after another. */
  #folder = ''

  constructor(limits: Partial<ImageLimits> = {}) {
    this.#limits = { ...imageLimits, ...limits }
  }

  /** `image` is its name, for messages. */
  layers(count: number, image: string): void {
    const { layers } = this.#limits
    if (count > layers) throw over(`${image} has ${count} layers, over the limit of ${layers}`)
  }

  /** Bytes of a blob that are read now, before what they unpack to. */
  read(bytes: number): void {
    this.#download += bytes
  }

  /** Bytes of a tar. */
  unpacked(bytes: number): void {
    const { bytes: most, ratio, bytesBeforeRatio } = this.#limits
    this.#bytes += bytes
    if (this.#bytes > most) throw over(`it unpacks to more than ${most} bytes`)
    if (this.#bytes > bytesBeforeRatio && this.#bytes > this.#download * ratio)
      throw over(`it unpacks to more than ${ratio} times its size`)
  }

  entry({ path, linkname = '' }: Pick<ListedEntry, 'path' | 'linkname'>, who = 'it'): void {
    const { entries, names, folders } = this.#limits
    this.#entries += 1
    if (this.#entries > entries) throw over(`${who} has more than ${entries} entries`)
    this.#names += path.length + linkname.length
    if (this.#names > names) throw over(`${who} has names of more than ${names} characters together`)
    const end = path.lastIndexOf('/')
    if (end <= 0 || (end === this.#folder.length && path.startsWith(this.#folder))) return
    this.#folder = path.slice(0, end)
    for (let at = this.#folder; at !== '' && !this.#folders.has(at); at = parentOf(at)) this.#folders.add(at)
    if (this.#folders.size > folders) throw over(`${who} has more than ${folders} folders`)
  }

  /** Characters of texts that are kept. */
  texts(length: number, who = 'it'): void {
    const { texts } = this.#limits
    this.#texts += length
    if (this.#texts > texts) throw over(`${who} has more than ${texts} bytes of text about packages`)
  }

  /** A listing of `image` that was made before. */
  known({ entries, texts }: LayerListing, image: string): void {
    for (const entry of entries) this.entry(entry, image)
    for (const text of Object.values(texts)) this.texts(text.length, image)
  }
}

function over(why: string): Failure {
  return new Failure('build', why, { hint })
}

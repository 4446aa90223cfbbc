import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { Failure } from '../../failure.ts'
import { parseDigest } from '../../image/digest.ts'
import type { LayerListing, ListedEntry } from '../../image/listing.ts'
import { isWantedText, keptText } from '../../image/texts.ts'
import type { TarEntry } from '../../tar/entry.ts'
import { type EntrySink, TarReader } from '../../tar/reader.ts'
import { LayerBudget } from './budget.ts'
import { bytecodeSink, type Compiled, staleFiles } from './bytecode.ts'
import { decompress, giveBack } from './decompress.ts'
import { type LayerLimits, layerLimits } from './limits.ts'
import { versionSink } from './version.ts'

/**
 * What is in a layer, from its blob in one pass: entries in the order of the tar, the diffID, the texts and versions
 * that say what the files are. Memory grows with the number of entries, not with their bytes. Throws Failure that
 * names the layer for what is damaged or over a limit; errors of the blob pass as they are.
 */
export async function listLayer(
  blob: AsyncIterable<Uint8Array>,
  {
    name = 'a layer',
    limits: given = {},
    budget = new LayerBudget(given),
  }: { name?: string; limits?: Partial<LayerLimits>; budget?: LayerBudget } = {},
): Promise<LayerListing> {
  const limits = { ...layerLimits, ...given }
  let download = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of blob) {
      download += chunk.length
      budget.read(chunk.length)
      yield chunk
    }
  }
  const hash = createHash('sha256')
  const contents = new Contents(limits, budget)
  const reader = new TarReader((entry) => contents.add(entry), limits)
  try {
    const { compression, tar } = await decompress(counted())
    for await (const chunk of tar) {
      budget.unpacked(chunk.length)
      hash.update(chunk)
      reader.write(chunk)
      if (compression !== 'none') giveBack(chunk)
    }
    reader.end()
    const diffId = parseDigest(`sha256:${hash.digest('hex')}`)
    return { diffId, download, compression, ...contents.listing() }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.kind, `${name} cannot be read: ${error.message}`, {
      cause: error,
      hint: error.hint ?? 'pull, save or build the image again; its builder, or the way here, damaged it',
    })
  }
}

/** What is collected while a layer streams by. */
class Contents {
  readonly #limits: LayerLimits
  readonly #entries: ListedEntry[] = []
  readonly #texts = new Map<string, string>()
  readonly #versions = new Map<string, string>()
  readonly #leftOut = new Set<string>()
  readonly #mtimes: number[] = []
  readonly #compiled = new Map<string, Compiled>()
  readonly #budget: LayerBudget
  #textBytes = 0
  #sizes = 0

  constructor(limits: LayerLimits, budget: LayerBudget) {
    this.#limits = limits
    this.#budget = budget
  }

  add({ path, type, size, mode, mtime, linkname }: TarEntry): EntrySink | undefined {
    const entry: ListedEntry =
      linkname === undefined ? { path, type, size, mode } : { path, type, size, mode, linkname }
    this.#budget.entry(entry)
    this.#sizes += size
    if (this.#sizes > this.#limits.sizes)
      throw new Failure('build', `its files say that they have more than ${this.#limits.sizes} bytes`)
    this.#entries.push(entry)
    this.#mtimes.push(mtime)
    if (type !== 'file') return undefined
    if (isWantedText(path)) return this.#text(path, size)
    // A file that a tar names twice is the last of them.
    this.#versions.delete(path)
    this.#compiled.delete(path)
    const bytecode = bytecodeSink(path, (compiled) => this.#compiled.set(path, compiled))
    if (bytecode) return bytecode
    return versionSink(path, (version) => this.#versions.set(path, version))
  }

  listing(): Pick<LayerListing, 'entries' | 'texts' | 'versions' | 'stale' | 'leftOut'> {
    const stale = staleFiles(this.#compiled, this.#entries, this.#mtimes)
    return {
      entries: this.#entries,
      texts: Object.fromEntries(this.#texts),
      versions: Object.fromEntries(this.#versions),
      ...(stale.length > 0 ? { stale } : {}),
      ...(this.#leftOut.size > 0 ? { leftOut: [...this.#leftOut] } : {}),
    }
  }

  #text(path: string, size: number): EntrySink | undefined {
    this.#textBytes -= this.#texts.get(path)?.length ?? 0
    this.#texts.delete(path)
    this.#leftOut.add(path)
    if (size > this.#limits.text || this.#textBytes + size > this.#limits.texts) return undefined
    const bytes = Buffer.allocUnsafeSlow(size)
    let filled = 0
    return {
      write: (chunk) => {
        bytes.set(chunk, filled)
        filled += chunk.length
      },
      end: () => {
        const text = keptText(path, bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1'))
        giveBack(bytes)
        this.#texts.set(path, text)
        this.#leftOut.delete(path)
        this.#textBytes += text.length
        this.#budget.texts(text.length)
      },
    }
  }
}

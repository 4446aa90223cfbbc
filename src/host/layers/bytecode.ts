import { parseBytecode } from '../../image/bytecode.ts'
import type { ListedEntry } from '../../image/listing.ts'
import type { EntrySink } from '../../tar/reader.ts'

/** What a compiled file says of the source that it was made of: seconds since 1970 and bytes, each modulo 2^32. */
export interface Compiled {
  readonly source: string
  readonly mtime: number
  readonly size: number
}

/** Bytes of the header: magic number, flags, and time and size of the source. */
const headerSize = 16

/**
 * For a compiled file that Python checks by its source's time (PEP 552, flags 0): a sink that reads its header and
 * hands it on. Nothing is handed on for one that is checked by hash or not at all. Undefined for any other path.
 */
export function bytecodeSink(path: string, found: (compiled: Compiled) => void): EntrySink | undefined {
  const source = parseBytecode(path)?.source
  if (source === undefined) return undefined
  const header = Buffer.alloc(headerSize)
  let filled = 0
  return {
    write(chunk) {
      if (filled === headerSize) return
      const taken = chunk.subarray(0, headerSize - filled)
      header.set(taken, filled)
      filled += taken.length
    },
    end() {
      if (filled < headerSize || header.readUInt32LE(4) !== 0) return
      found({ source, mtime: header.readUInt32LE(8), size: header.readUInt32LE(12) })
    },
  }
}

/**
 * Paths of compiled files whose source, in the same layer, has another time or size than they say: Python compiles
 * those anew at every start that cannot write. `mtimes` are those of the entries.
 */
export function staleFiles(
  compiled: ReadonlyMap<string, Compiled>,
  entries: readonly ListedEntry[],
  mtimes: readonly number[],
): readonly string[] {
  if (compiled.size === 0) return []
  const sources = new Set([...compiled.values()].map(({ source }) => source))
  const found = new Map<string, { readonly mtime: number; readonly size: number }>()
  for (const [i, { path, size, type }] of entries.entries())
    if (type === 'file' && sources.has(path)) found.set(path, { mtime: Math.floor(mtimes[i] ?? 0), size })
  return [...compiled].flatMap(([path, { source, mtime, size }]) => {
    const is = found.get(source)
    if (is === undefined) return []
    return modulo(is.mtime) === mtime && modulo(is.size) === size ? [] : [path]
  })
}

function modulo(value: number): number {
  return ((value % 2 ** 32) + 2 ** 32) % 2 ** 32
}

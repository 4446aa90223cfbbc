import * as v from 'valibot'
import type { EntryType } from '../tar/entry.ts'
import { type Digest, isDigest } from './digest.ts'
import type { LayerListing, ListedEntry } from './listing.ts'

const letters: Record<EntryType, string> = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  character: 'c',
  block: 'b',
  fifo: 'p',
}

const counts = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
const strings = v.record(v.string(), v.string())
/** Entries as columns: a tenth of the text of entries as objects. */
const schema = v.object({
  version: v.literal(1),
  diffId: v.custom<Digest>(isDigest),
  download: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  compression: v.picklist(['gzip', 'zstd', 'none']),
  paths: v.array(v.string()),
  types: v.string(),
  sizes: counts,
  modes: counts,
  links: v.array(v.tuple([v.number(), v.string()])),
  texts: strings,
  versions: strings,
  stale: v.optional(v.array(v.string())),
  leftOut: v.optional(v.array(v.string())),
})

/** A listing as text that can be kept under the layer's digest. */
export function encodeListing(listing: LayerListing): string {
  const { diffId, download, compression, entries, texts, versions, stale, leftOut } = listing
  const stored: v.InferOutput<typeof schema> = {
    version: 1,
    diffId,
    download,
    compression,
    paths: entries.map(({ path }) => path),
    types: entries.map(({ type }) => letters[type]).join(''),
    sizes: entries.map(({ size }) => size),
    modes: entries.map(({ mode }) => mode),
    links: entries.flatMap(({ linkname }, i) => (linkname === undefined ? [] : [[i, linkname]])),
    texts,
    versions,
    ...(stale === undefined ? {} : { stale: [...stale] }),
    ...(leftOut === undefined ? {} : { leftOut: [...leftOut] }),
  }
  return JSON.stringify(stored)
}

/** The listing that `encodeListing` made text of; undefined for any other text, such as one of another version. */
export function decodeListing(text: string): LayerListing | undefined {
  const result = v.safeParse(schema, json(text))
  if (!result.success) return undefined
  const {
    paths,
    types,
    sizes,
    modes,
    links,
    diffId,
    download,
    compression,
    texts,
    versions,
    stale,
    leftOut,
  } = result.output
  const linknames = new Map(links)
  const entries: ListedEntry[] = []
  for (const [i, path] of paths.entries()) {
    const type = typesByLetter.get(types[i] ?? '')
    const size = sizes[i]
    const mode = modes[i]
    const linkname = linknames.get(i)
    if (type === undefined || size === undefined || mode === undefined) return undefined
    entries.push(linkname === undefined ? { path, type, size, mode } : { path, type, size, mode, linkname })
  }
  return {
    diffId,
    download,
    compression,
    entries,
    texts,
    versions,
    ...(stale === undefined ? {} : { stale }),
    ...(leftOut === undefined ? {} : { leftOut }),
  }
}

const typesByLetter = new Map(Object.entries(letters).map(([type, letter]) => [letter, type as EntryType]))

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

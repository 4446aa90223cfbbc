import * as v from 'valibot'
import { type Digest, isDigest } from '../../image/digest.ts'
import type { ListedEntry } from '../../image/listing.ts'

const digest = v.custom<Digest>(isDigest)
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const entrySchema = v.object({
  path: v.string(),
  type: v.picklist(['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo']),
  size,
  mode: size,
  linkname: v.optional(v.string()),
})

/**
 * One distribution as it lies in a layer, compressed once and kept: `blob` holds its tar entries, of which `content`
 * is the range without the directories at the head and the archive's end. A heavy distribution's blob is a whole
 * layer, and `diffId` says so.
 */
export interface Part {
  readonly name: string
  readonly version: string
  /** Directories it needs, parents first; paths as in a tar. */
  readonly directories: readonly string[]
  /** Files and links, in the order of the tar. */
  readonly entries: readonly ListedEntry[]
  /** RECORD, METADATA and what else says what was installed, by path. */
  readonly texts: Readonly<Record<string, string>>
  readonly blob: { readonly digest: Digest; readonly size: number }
  readonly content: { readonly start: number; readonly end: number }
  readonly diffId?: Digest
  /** Sha256 of each path that its RECORD knows, as in the RECORD: tells whether two owners agree. */
  readonly hashes: Readonly<Record<string, string>>
}

const schema = v.object({
  name: v.string(),
  version: v.string(),
  directories: v.array(v.string()),
  entries: v.array(entrySchema),
  texts: v.record(v.string(), v.string()),
  blob: v.object({ digest, size }),
  content: v.object({ start: size, end: size }),
  diffId: v.optional(digest),
  hashes: v.record(v.string(), v.string()),
})

/** A part from its record; undefined when the record has another shape: it counts as missing then. */
export function parsePart(text: string): Part | undefined {
  const result = v.safeParse(schema, JSON.parse(text))
  return result.success ? (result.output as Part) : undefined
}

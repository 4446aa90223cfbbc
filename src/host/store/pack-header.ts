import { type Digest, isDigest } from '../../image/digest.ts'

/** A part of a store in a pack. The bytes of all of them follow the header, in its order. */
export type Piece =
  | { readonly kind: 'blob'; readonly name: Digest; readonly size: number }
  | { readonly kind: 'record'; readonly name: string; readonly size: number; readonly sha256: string }

/** First bytes of a pack: what it is, and its version. */
const magic = 'pydeps-image pack 1\n'
/** Bytes before the text of a header: the magic, and the text's length as eight digits and a line end. */
export const prefixBytes = magic.length + 9
/** Bytes of text and number of pieces that a header may have; a lock of a thousand distributions has a tenth. */
const maxText = 8 * 2 ** 20
const maxPieces = 50_000
/** Bytes of a record; the listing of the largest layers has a few. */
const maxRecord = 64 * 2 ** 20

export function renderHeader(pieces: readonly Piece[]): Buffer {
  const rows = pieces.map((one) =>
    one.kind === 'blob' ? [one.name, one.size] : [one.name, one.size, one.sha256],
  )
  const text = Buffer.from(JSON.stringify(rows))
  return Buffer.concat([Buffer.from(`${magic}${String(text.length).padStart(8, '0')}\n`), text])
}

/** Length of the header's text from what a pack begins with; undefined for what is no pack of this version. */
export function headerLength(prefix: Uint8Array): number | undefined {
  const text = Buffer.from(prefix).toString('latin1')
  const length = Number(/^(\d{8})\n$/.exec(text.slice(magic.length))?.[1] ?? NaN)
  return text.startsWith(magic) && length <= maxText ? length : undefined
}

/**
 * The pieces of a header that anyone may have written: names that are none are refused, with all the rest, as are
 * sizes that cannot be. Undefined for such a header.
 */
export function parseHeader(text: string): readonly Piece[] | undefined {
  let rows: unknown
  try {
    rows = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(rows) || rows.length > maxPieces) return undefined
  const pieces: Piece[] = []
  for (const row of rows as readonly unknown[]) {
    const piece = Array.isArray(row) ? parseRow(row) : undefined
    if (!piece) return undefined
    pieces.push(piece)
  }
  return pieces
}

function parseRow([name, size, sha256]: readonly unknown[]): Piece | undefined {
  if (typeof name !== 'string' || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    return undefined
  }
  if (isDigest(name)) return { kind: 'blob', name, size }
  if (!isHex(name) || !isHex(sha256) || size > maxRecord) return undefined
  return { kind: 'record', name, size, sha256 }
}

function isHex(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
}

import { Failure } from '../failure.ts'

export const blockSize = 512

/** A header block as it is written; names and links as latin1 text, one character a byte. */
export interface Header {
  readonly name: string
  readonly linkname: string
  /** The character of the type flag; `0` for the NUL of old archives. */
  readonly typeflag: string
  /** Bytes of content that follow. */
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
  /** Old GNU sparse file (`S`): its real size, and whether more blocks of its map follow this one. */
  readonly sparse?: { readonly realSize: number; readonly more: boolean }
}

/**
 * One block of 512 bytes as a header: v7, ustar, GNU (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual,
 * "Basic Tar Format"). Undefined for a block of zeros, which ends an archive. Throws Failure for anything else.
 */
export function decodeHeader(block: Uint8Array): Header | undefined {
  let sum = 0
  for (let i = 0; i < blockSize; i += 1) sum += block[i] ?? 0
  if (sum === 0) return undefined
  const checksum = number(block, 148, 8, 'checksum')
  // The checksum counts its own field as spaces.
  for (let i = 148; i < 156; i += 1) sum += 0x20 - (block[i] ?? 0)
  if (checksum !== sum && checksum !== sum - 0x100 * highBytes(block)) {
    throw new Failure('build', 'a tar header has a wrong checksum')
  }
  const typeflag = String.fromCharCode(block[156] || 0x30)
  const size = number(block, 124, 12, 'size')
  if (size < 0) throw new Failure('build', `a tar header has the size ${size}`)
  const name = text(block, 0, 100)
  // GNU ("ustar  ") keeps times and a sparse map where POSIX ("ustar\0") has the prefix.
  const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : ''
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkname: text(block, 157, 100),
    typeflag,
    size,
    mode: number(block, 100, 8, 'mode') & 0o7777,
    uid: number(block, 108, 8, 'uid'),
    gid: number(block, 116, 8, 'gid'),
    mtime: number(block, 136, 12, 'mtime'),
    ...(typeflag === 'S' ? { sparse: { realSize: realSize(block), more: block[482] !== 0 } } : {}),
  }
}

function realSize(block: Uint8Array): number {
  const size = number(block, 483, 12, 'real size')
  if (size < 0) throw new Failure('build', `a sparse file has the size ${size}`)
  return size
}

/** Text up to the first NUL. */
function text(block: Uint8Array, from: number, length: number): string {
  const nul = block.indexOf(0, from)
  const end = nul < 0 ? from + length : Math.min(nul, from + length)
  return Buffer.from(block.buffer, block.byteOffset + from, end - from).toString('latin1')
}

/** Octal digits between spaces and NULs, or base 256 where the first bit is set (GNU tar manual, "Extensions"). */
function number(block: Uint8Array, from: number, length: number, what: string): number {
  const first = block[from] ?? 0
  if (first & 0x80) return base256(block, from, length, what)
  let value = 0
  let at = from
  const end = from + length
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at += 1
  for (; at < end; at += 1) {
    const digit = (block[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; at < end; at += 1) {
    if (block[at] === 0) break
    if (block[at] !== 0x20) throw new Failure('build', `a tar header's ${what} is no octal number`)
  }
  return value
}

function base256(block: Uint8Array, from: number, length: number, what: string): number {
  const negative = ((block[from] ?? 0) & 0x40) !== 0
  // Two's complement of the field without its first bit, which only marks the encoding.
  let value = negative ? (block[from] ?? 0) - 0x100 : (block[from] ?? 0) & 0x7f
  for (let i = from + 1; i < from + length; i += 1) value = value * 256 + (block[i] ?? 0)
  if (!Number.isSafeInteger(value)) throw new Failure('build', `a tar header's ${what} is absurdly large`)
  return value
}

/** Bytes over 127 outside the checksum: some old writers summed signed characters. */
function highBytes(block: Uint8Array): number {
  let count = 0
  for (let i = 0; i < blockSize; i += 1) if ((block[i] ?? 0) > 0x7f && (i < 148 || i >= 156)) count += 1
  return count
}

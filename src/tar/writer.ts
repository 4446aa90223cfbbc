import { Failure } from '../failure.ts'
import type { EntryType, TarEntry } from './entry.ts'
import { encodePaxRecords } from './pax.ts'

const block = 512
const typeflags: Record<EntryType, string> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}
/** The largest number in a field of 8 or 12 bytes: octal digits and a NUL. */
const largest = { small: 0o7777777, large: 0o77777777777 }

/** What ends an archive: two blocks of zeros (POSIX.1-2017, ustar Interchange Format). */
export const endOfArchive: Uint8Array = new Uint8Array(2 * block)

/** Zeros that fill the content of an entry up to the next block. */
export function padding(size: number): Uint8Array {
  return new Uint8Array((block - (size % block)) % block)
}

/**
 * An entry's header: one ustar block, before it a pax extended header where ustar cannot say it. The same entry is
 * always the same bytes. Throws Failure for what a tar cannot hold or a reader would refuse: NUL bytes, half
 * surrogates, absolute paths and `..`, device nodes.
 */
export function encodeHeader(entry: TarEntry): Uint8Array {
  const wrong = (why: string): Failure =>
    new Failure('build', `${JSON.stringify(entry.path)} cannot be written into a layer: ${why}`)
  if (entry.type === 'character' || entry.type === 'block') throw wrong('it is a device')
  if (!Number.isSafeInteger(entry.size) || entry.size < 0) throw wrong(`its size is ${entry.size}`)
  if (entry.type !== 'file' && entry.size !== 0) throw wrong(`a ${entry.type} has no content`)
  if (!isCount(entry.mtime, largest.large)) throw wrong(`its time is ${entry.mtime}`)
  if (!isCount(entry.uid, 0xffffffff) || !isCount(entry.gid, 0xffffffff))
    throw wrong('its owner is no number')
  if (!isCount(entry.mode, 0o7777)) throw wrong(`its mode is ${entry.mode}`)
  if (entry.path.split('/').some((part, _, { length }) => part === '..' || (part === '' && length > 1))) {
    throw wrong('its path has empty or `..` parts')
  }
  if (entry.path === '' && entry.type !== 'directory') throw wrong('it has no name')
  const isLink = entry.type === 'symlink' || entry.type === 'hardlink'
  if (isLink !== (entry.linkname !== undefined && entry.linkname !== '')) {
    throw wrong(isLink ? 'its target is missing' : 'it is no link and has a target')
  }

  const raw = entry.rawName === true
  const records = new Map<string, string>()
  const path = bytesOf(pathOf(entry), raw, wrong)
  const linkname = bytesOf(entry.linkname ?? '', raw, wrong)
  const name = raw || isAscii(path) ? splitName(path) : undefined
  if (!name) records.set('path', path)
  const plainLink = linkname.length <= 100 && (raw || isAscii(linkname))
  if (!plainLink) records.set('linkpath', linkname)
  if (raw && records.size > 0) records.set('hdrcharset', 'BINARY')
  if (entry.size > largest.large) records.set('size', String(entry.size))
  if (entry.uid > largest.small) records.set('uid', String(entry.uid))
  if (entry.gid > largest.small) records.set('gid', String(entry.gid))
  for (const [key, value] of Object.entries(entry.xattrs ?? {})) {
    if (/[=\0]/.test(key) || !isLatin1(value))
      throw wrong(`its attribute ${JSON.stringify(key)} is malformed`)
    records.set(`SCHILY.xattr.${bytesOf(key, false, wrong)}`, value)
  }

  const header = ustar({
    // Readers without pax see a name that is near; it is never the only place of the name.
    name: name ?? { prefix: '', name: asciiOnly(path).slice(0, 100) },
    linkname: plainLink ? linkname : asciiOnly(linkname).slice(0, 100),
    typeflag: typeflags[entry.type],
    size: entry.size > largest.large ? 0 : entry.size,
    mode: entry.mode,
    uid: entry.uid > largest.small ? 0 : entry.uid,
    gid: entry.gid > largest.small ? 0 : entry.gid,
    mtime: entry.mtime,
  })
  if (records.size === 0) return header
  const body = encodePaxRecords(records)
  const extended = ustar({
    name: { prefix: '', name: '././@PaxHeader' },
    linkname: '',
    typeflag: 'x',
    size: body.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
  })
  return Buffer.concat([extended, body, padding(body.length), header])
}

interface Fields {
  readonly name: { readonly prefix: string; readonly name: string }
  readonly linkname: string
  readonly typeflag: string
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
}

/** One block; text fields hold one character a byte. */
function ustar(fields: Fields): Uint8Array {
  const header = Buffer.alloc(block)
  header.write(fields.name.name, 0, 'latin1')
  header.write(octal(fields.mode, 7), 100, 'latin1')
  header.write(octal(fields.uid, 7), 108, 'latin1')
  header.write(octal(fields.gid, 7), 116, 'latin1')
  header.write(octal(fields.size, 11), 124, 'latin1')
  header.write(octal(fields.mtime, 11), 136, 'latin1')
  header.write('        ', 148, 'latin1')
  header.write(fields.typeflag, 156, 'latin1')
  header.write(fields.linkname, 157, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  header.write(fields.name.prefix, 345, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1')
  return header
}

/** Splits at a `/` so that prefix and name fit into 155 and 100 bytes; undefined when no `/` does. */
function splitName(path: string): { prefix: string; name: string } | undefined {
  if (path.length <= 100) return { prefix: '', name: path }
  const slash = path.indexOf('/', path.length - 101)
  if (slash <= 0 || slash > 155 || slash === path.length - 1) return undefined
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) }
}

/** The root is written as `./`: an empty name is no name to most readers. */
function pathOf(entry: TarEntry): string {
  if (entry.type !== 'directory') return entry.path
  return entry.path === '' ? './' : `${entry.path}/`
}

/** A name's bytes as latin1 text. */
function bytesOf(text: string, raw: boolean, wrong: (why: string) => Failure): string {
  if (text.includes('\0')) throw wrong('a name has a NUL byte')
  if (raw) {
    if (!isLatin1(text)) throw wrong('a raw name has a character that is no byte')
    return text
  }
  if (isAscii(text)) return text
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
    throw wrong('a name is not valid Unicode')
  }
  return Buffer.from(text, 'utf8').toString('latin1')
}

function isAscii(text: string): boolean {
  return /^[\x01-\x7f]*$/.test(text)
}

function isLatin1(text: string): boolean {
  return /^[\0-\xff]*$/.test(text)
}

function asciiOnly(text: string): string {
  return text.replace(/[^\x01-\x7f]/g, '_')
}

function isCount(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

import { Failure } from '../failure.ts'
import type { EntryType, TarEntry } from './entry.ts'
import type { Header } from './header.ts'
import { decodeName, normalizePath } from './path.ts'
import { parsePaxRecords, type PaxRecords } from './pax.ts'

/** What came before an entry's own header and says more about it: pax headers and GNU's long names. */
export interface Extensions {
  /** Of `g` headers, for all entries that follow: only what this reader uses. */
  readonly global: PaxRecords
  /** Of an `x` header, for the next entry. */
  readonly pax: PaxRecords
  readonly longName: string | undefined
  readonly longLink: string | undefined
}

export const noExtensions: Extensions = {
  global: new Map(),
  pax: new Map(),
  longName: undefined,
  longLink: undefined,
}

/** Type flags whose content is about the next entry. */
export function isExtension(typeflag: string): boolean {
  return 'xgXLK'.includes(typeflag)
}

/** Adds the body of an extension header. */
export function extend(extensions: Extensions, typeflag: string, body: Uint8Array): Extensions {
  switch (typeflag) {
    case 'g': {
      const known = [...parsePaxRecords(body)].filter(([key]) =>
        /^(?:path|linkpath|size|[ug]id|mtime)$/.test(key),
      )
      return { ...extensions, global: new Map([...extensions.global, ...known]) }
    }
    case 'L':
      return { ...extensions, longName: untilNul(body) }
    case 'K':
      return { ...extensions, longLink: untilNul(body) }
    default:
      return { ...extensions, pax: parsePaxRecords(body) }
  }
}

/** An entry, how many bytes of content follow its header, and whether these are the file's own bytes as they are. */
export interface DecodedEntry {
  readonly entry: TarEntry
  readonly stored: number
  readonly sparse: boolean
}

/** The entry that a header and its extensions describe together; throws Failure for numbers and names that cannot be. */
export function decodeEntry(header: Header, extensions: Extensions): DecodedEntry {
  const { pax, global } = extensions
  // An empty value takes a record back (POSIX.1-2017, pax, "pax Extended Header").
  const value = (key: string): string | undefined => (pax.get(key) ?? global.get(key)) || undefined
  const count = (key: string): number | undefined => {
    const text = value(key)
    if (text === undefined) return undefined
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) {
      throw new Failure(
        'build',
        `a pax header's ${key} is ${JSON.stringify(text.slice(0, 40))}, which is no size`,
      )
    }
    return Number(text)
  }

  const name = decodeName(extensions.longName ?? value('GNU.sparse.name') ?? value('path') ?? header.name)
  const type = typeOf(header, name.text)
  const link = decodeName(extensions.longLink ?? value('linkpath') ?? header.linkname)
  // Path and target of an entry are read the same way, so that both can be written again.
  const raw = name.raw || link.raw
  const asRead = ({ text, raw: isRaw }: typeof name): string =>
    raw && !isRaw ? Buffer.from(text, 'utf8').toString('latin1') : text
  const isFile = type === 'file'
  const stored = isFile || header.typeflag === 'D' ? (count('size') ?? header.size) : 0
  const realSize = count('GNU.sparse.realsize') ?? count('GNU.sparse.size') ?? header.sparse?.realSize
  const xattrs = xattrsOf(pax)
  return {
    entry: {
      path: normalizePath(asRead(name)),
      type,
      size: isFile ? (realSize ?? stored) : 0,
      mode: header.mode,
      uid: count('uid') ?? header.uid,
      gid: count('gid') ?? header.gid,
      mtime: timeOf(value('mtime')) ?? header.mtime,
      ...(type === 'symlink' ? { linkname: asRead(link) } : {}),
      ...(type === 'hardlink' ? { linkname: normalizePath(asRead(link)) } : {}),
      ...(xattrs ? { xattrs } : {}),
      ...(raw ? { rawName: true as const } : {}),
    },
    stored,
    sparse: realSize !== undefined,
  }
}

function typeOf(header: Header, name: string): EntryType {
  switch (header.typeflag) {
    case '1':
      return 'hardlink'
    case '2':
      return 'symlink'
    case '3':
      return 'character'
    case '4':
      return 'block'
    case '5':
    case 'D':
      return 'directory'
    case '6':
      return 'fifo'
    default:
      // Archives from before 1988 have no type for a directory, only the slash; unknown types are files (POSIX).
      return name.endsWith('/') ? 'directory' : 'file'
  }
}

function xattrsOf(pax: PaxRecords): Record<string, string> | undefined {
  const prefix = 'SCHILY.xattr.'
  const found = [...pax].filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
  if (found.length === 0) return undefined
  return Object.fromEntries(found.map(([key, value]) => [decodeName(key.slice(prefix.length)).text, value]))
}

/** Whole seconds of a pax time, which may have a fraction. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^-?\d{1,16}(?:\.\d*)?$/.test(text)) {
    throw new Failure(
      'build',
      `a pax header's mtime is ${JSON.stringify(text.slice(0, 40))}, which is no time`,
    )
  }
  return Math.floor(Number(text))
}

function untilNul(body: Uint8Array): string {
  const nul = body.indexOf(0)
  return Buffer.from(body.subarray(0, nul < 0 ? body.length : nul)).toString('latin1')
}

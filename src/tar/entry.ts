export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo'

/** One entry of a tar, as found or to be written. Names are bytes in a tar; here UTF-8, or latin1 when they are not. */
export interface TarEntry {
  /** Without leading `/` or `./` and without trailing `/`; the root itself is `''`. */
  readonly path: string
  readonly type: EntryType
  /** Bytes of content; 0 for everything but a file. */
  readonly size: number
  /** Permission bits with setuid, setgid and sticky: 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** Target of a symlink as written, or of a hard link as a path of this tar. */
  readonly linkname?: string
  /** Extended attributes (pax `SCHILY.xattr.`), values as latin1 text. */
  readonly xattrs?: Readonly<Record<string, string>>
  /** The name was not UTF-8. */
  readonly rawName?: true
}

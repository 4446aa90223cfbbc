import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { Failure } from '../../failure.ts'
import { giveBack } from '../../host/layers/decompress.ts'
import { encodeHeader, padding } from '../../tar/writer.ts'
import type { TarEntry } from '../../tar/entry.ts'

/** One entry to be written into a layer, and where its content comes from. */
export interface Source {
  readonly entry: TarEntry
  /** Bytes at hand, or a file to read; undefined for what has no content. */
  readonly content?: Uint8Array | { readonly file: string | Buffer }
}

/** 1980-01-01: fixed, so that equal inputs give equal layers; zip files cannot say anything earlier. */
export const fixedTime = 315_532_800

const chunkSize = 1 << 20

/** An entry with the owner and time that everything in a layer has, unless something is the user's own. */
export function entry(
  path: string,
  type: TarEntry['type'],
  more: Partial<Omit<TarEntry, 'path' | 'type'>> = {},
): TarEntry {
  return {
    path,
    type,
    size: 0,
    mode: type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtime: fixedTime,
    ...more,
  }
}

/** A file made here. */
export function textFile(path: string, text: string | Uint8Array, mode = 0o644): Source {
  const content = typeof text === 'string' ? Buffer.from(text) : text
  return { entry: entry(path, 'file', { size: content.length, mode }), content }
}

/**
 * The tar bytes of entries, without the archive's end. Files are read synchronously: thousands of small ones are
 * several times faster that way, and a large one comes in chunks of 1 MiB. A chunk is valid until the next is asked
 * for. Throws Failure for a file that is shorter or longer than its entry says: it changed while it was read.
 */
export function* tarBytes(sources: Iterable<Source>): Generator<Uint8Array> {
  let buffer: Buffer | undefined
  try {
    for (const source of sources) {
      yield encodeHeader(source.entry)
      const { content } = source
      if (content === undefined) continue
      if (content instanceof Uint8Array) yield content
      else yield* fileBytes(content.file, source.entry.size, (buffer ??= Buffer.allocUnsafeSlow(chunkSize)))
      yield padding(source.entry.size)
    }
  } finally {
    // There are as many of them as distributions, and the garbage collector is in no hurry.
    if (buffer) giveBack(buffer)
  }
}

/** A file's bytes in chunks, each valid until the next is asked for. Throws Failure as `tarBytes` does. */
export function* fileBytes(
  file: string | Buffer,
  size: number,
  buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(size, chunkSize)),
): Generator<Uint8Array> {
  let fd: number
  try {
    // Not through a link: what was looked at is what is read.
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    throw unreadable(file, error)
  }
  try {
    if (fstatSync(fd).size !== size) throw changed(file)
    let left = size
    while (left > 0) {
      const read = readSync(fd, buffer, 0, Math.min(left, buffer.length), null)
      if (read === 0) throw changed(file)
      left -= read
      yield buffer.subarray(0, read)
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw unreadable(file, error)
  } finally {
    closeSync(fd)
  }
}

/** A file that is not what it was a moment ago. */
export function changed(file: string | Buffer): Failure {
  return new Failure('build', `${JSON.stringify(String(file))} changed while it was being read`, {
    hint: 'build again when nothing writes to it, or leave it out with .dockerignore',
  })
}

/** A file of the user's that cannot be read, in words. */
export function unreadable(file: string | Buffer, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code ?? 'an unknown error'
  const why = code === 'EACCES' ? 'permission denied' : code === 'ENOENT' ? 'it is gone' : code
  return new Failure('build', `${JSON.stringify(String(file))} cannot be read: ${why}`, {
    hint: 'make it readable for the user that builds, or leave it out with .dockerignore',
    cause,
  })
}

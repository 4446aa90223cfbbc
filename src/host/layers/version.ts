import type { EntrySink } from '../../tar/reader.ts'

interface Wanted {
  readonly path: RegExp
  /** How the version begins, to look for quickly. */
  readonly needle: (match: RegExpExecArray) => string
  /** The version in text that begins at the needle. */
  readonly version: RegExp
  /** What may stand before it; `likely` counts where nothing else is found. */
  readonly before: RegExp
  readonly likely?: RegExp
}

const pythonVersion = /^(3\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/

const wanted: readonly Wanted[] = [
  // CPython keeps PY_VERSION as a string: `3.13.5`, `3.14.0rc1`, `3.15.0a2+`. A linker that merges strings makes it
  // the end of a longer one where there is one: `/opt/python/3.13.5`.
  {
    path: /(?:^|\/)(?:bin\/python|libpython)(3\.\d+)[a-z]*(?:\.so(?:\.[\d.]+)?)?$/,
    needle: ([, minor]) => `${minor ?? '3'}.`,
    version: pythonVersion,
    before: /\0/,
    likely: /[/-]/,
  },
  // `python3` may be the real file. OpenSSL (3.0 to 3.6) and SQLite (3.31 and up) have versions of that form too.
  {
    path: /(?:^|\/)bin\/python3?$/,
    needle: () => '3.',
    version: /^(?=3\.(?:[7-9]|[12]\d)\.)(3\.\d+\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/,
    before: /\0/,
  },
  {
    path: /(?:^|\/)libc(?:\.so\.6|-2\.\d+\.so)$/,
    needle: () => 'release version 2.',
    version: /^release version (2\.\d+)/,
    before: /[^]/,
  },
  {
    path: /(?:^|\/)(?:ld-musl-[\w.-]+|libc\.musl-[\w.-]+)\.so\.1$/,
    needle: () => '1.',
    version: /^(1\.\d{1,2}\.\d{1,3})(?:-git[\w-]*)?\0/,
    before: /[^\d.]/,
  },
]

/** Bytes after a needle's start that a version needs at most. */
const windowSize = 48

/**
 * For a binary that is known to hold the version of Python or of the C library: a sink that finds it while the
 * content streams by, and hands it on once. Undefined for any other path.
 */
export function versionSink(path: string, found: (version: string) => void): EntrySink | undefined {
  for (const one of wanted) {
    const match = one.path.exec(path)
    if (match) return scan(Buffer.from(one.needle(match), 'latin1'), one, found)
  }
  return undefined
}

function scan(
  needle: Buffer,
  { version, before, likely }: Wanted,
  found: (version: string) => void,
): EntrySink {
  // A version may be cut in two by a chunk's end; nothing stands before the first byte, as if it were a NUL.
  let tail = Buffer.alloc(1)
  let done = false
  let guess: string | undefined
  const search = (bytes: Buffer, last: boolean): boolean => {
    for (let at = bytes.indexOf(needle, 1); at > 0; at = bytes.indexOf(needle, at + 1)) {
      if (!last && at + windowSize > bytes.length) return false
      const text = version.exec(bytes.toString('latin1', at, at + windowSize))?.[1]
      const previous = String.fromCharCode(bytes[at - 1] ?? 0)
      if (text !== undefined && before.test(previous)) {
        found(text)
        return true
      }
      if (text !== undefined && likely?.test(previous)) guess ??= text
    }
    return false
  }
  return {
    write(chunk) {
      if (done) return
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const kept = windowSize + 1
      done = search(Buffer.concat([tail, bytes.subarray(0, kept)]), false) || search(bytes, false)
      tail = Buffer.from(
        bytes.length >= kept ? bytes.subarray(-kept) : Buffer.concat([tail, bytes]).subarray(-kept),
      )
    },
    end() {
      if (done || search(tail, true) || guess === undefined) return
      found(guess)
    },
  }
}

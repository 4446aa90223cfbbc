import type { EntrySink } from '../../tar/reader.ts'

interface Wanted {
  readonly path: RegExp
  /** Bytes that come right before the version or contain it, to look for quickly. */
  readonly needle: (match: RegExpExecArray) => string
  /** Finds the version in a window of latin1 text around the needle. */
  readonly version: RegExp
}

const wanted: readonly Wanted[] = [
  // CPython keeps PY_VERSION as a string of its own: `3.13.5`, `3.14.0rc1`, `3.15.0a2+`.
  {
    path: /(?:^|\/)bin\/python(3\.\d+)t?$/,
    needle: ([, minor]) => `\0${minor ?? ''}.`,
    version: /^\0(3\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/,
  },
  {
    path: /(?:^|\/)libpython(3\.\d+)[a-z]*\.so(?:\.[\d.]+)?$/,
    needle: ([, minor]) => `\0${minor ?? ''}.`,
    version: /^\0(3\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/,
  },
  // `python3` may be the real file. OpenSSL (3.0 to 3.6) and SQLite (3.31 and up) have versions of that form too.
  {
    path: /(?:^|\/)bin\/python3?$/,
    needle: () => '\0' + '3.',
    version: /^\0(3\.(?:[7-9]|[12]\d)\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/,
  },
  {
    path: /(?:^|\/)libc(?:\.so\.6|-2\.\d+\.so)$/,
    needle: () => 'release version 2.',
    version: /^release version (2\.\d+)/,
  },
  {
    path: /(?:^|\/)(?:ld-musl-[\w.-]+|libc\.musl-[\w.-]+)\.so\.1$/,
    needle: () => '1.',
    version: /^(1\.\d{1,2}\.\d{1,3})(?:-git[\w-]*)?\0/,
  },
]

/** Bytes after a needle's start that a version needs at most. */
const windowSize = 48

/**
 * For a binary that is known to hold the version of Python or of the C library: a sink that finds it while the
 * content streams by, and hands it on once. Undefined for any other path.
 */
export function versionSink(path: string, found: (version: string) => void): EntrySink | undefined {
  for (const { path: pattern, needle, version } of wanted) {
    const match = pattern.exec(path)
    if (match) return scan(Buffer.from(needle(match), 'latin1'), version, found)
  }
  return undefined
}

function scan(needle: Buffer, version: RegExp, found: (version: string) => void): EntrySink {
  // A version may be cut in two by a chunk's end, and the file may begin with one.
  let tail = Buffer.alloc(0)
  let done = false
  const search = (bytes: Buffer, last: boolean): boolean => {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
      if (!last && at + windowSize > bytes.length) return false
      const text = version.exec(bytes.toString('latin1', at, at + windowSize))?.[1]
      if (text === undefined) continue
      found(text)
      return true
    }
    return false
  }
  return {
    write(chunk) {
      if (done) return
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      done =
        (tail.length > 0 && search(Buffer.concat([tail, bytes.subarray(0, windowSize)]), false)) ||
        search(bytes, false)
      tail = Buffer.from(
        bytes.length >= windowSize
          ? bytes.subarray(-windowSize)
          : Buffer.concat([tail, bytes]).subarray(-windowSize),
      )
    },
    end() {
      done ||= search(tail, true)
    },
  }
}

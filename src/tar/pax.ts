import { Failure } from '../failure.ts'

/** Records of a pax extended header; values as latin1 text, one character a byte. */
export type PaxRecords = ReadonlyMap<string, string>

/**
 * Records as the body of a pax extended header, sorted by key (POSIX.1-2017, pax, "pax Extended Header":
 * `length key=value\n`, where length counts itself). Keys and values are latin1 text: encode UTF-8 first.
 */
export function encodePaxRecords(records: PaxRecords): Buffer {
  const keys = [...records.keys()].sort()
  return Buffer.from(keys.map((key) => record(key, records.get(key) ?? '')).join(''), 'latin1')
}

/**
 * Records of a pax extended header's body; a later record of the same key wins. A body that ends in NUL bytes is
 * taken as ended there, as some writers pad it. Throws Failure with the place inside the body.
 */
export function parsePaxRecords(body: Uint8Array): PaxRecords {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  const records = new Map<string, string>()
  let at = 0
  while (at < text.length && text[at] !== '\0') {
    const space = text.indexOf(' ', at)
    const digits = space < 0 ? '' : text.slice(at, space)
    const end = at + Number(digits)
    const equals = text.indexOf('=', space)
    if (
      !/^\d{1,10}$/.test(digits) ||
      end > text.length ||
      text[end - 1] !== '\n' ||
      equals < 0 ||
      equals >= end
    ) {
      throw new Failure('build', `a pax header's record at its byte ${at} is malformed`)
    }
    records.set(text.slice(space + 1, equals), text.slice(equals + 1, end - 1))
    at = end
  }
  return records
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + String(rest.length).length
  if (String(length).length !== String(rest.length).length) length = rest.length + String(length).length
  return `${length}${rest}`
}

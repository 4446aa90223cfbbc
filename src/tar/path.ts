import { Failure } from '../failure.ts'

/** Names in a tar are bytes; as UTF-8 where they are, else one character a byte (`raw`). Takes latin1 text. */
export function decodeName(latin1: string): { readonly text: string; readonly raw: boolean } {
  if (!/[\x80-\xff]/.test(latin1)) return { text: latin1, raw: false }
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? { text, raw: false } : { text: latin1, raw: true }
}

/**
 * A path of a tar without `/` and `./` at its start, without `/` at its end, and without `.`, `..` and empty parts;
 * the root is `''`. Container engines clean `a/../b` the same way. Throws Failure for one that leaves the root, has
 * a NUL, or is longer than Linux takes.
 */
export function normalizePath(path: string): string {
  if (path.includes('\0')) throw new Failure('build', `the name ${JSON.stringify(path)} has a NUL byte`)
  if (path.length > 4096) {
    throw new Failure('build', `the name ${JSON.stringify(path.slice(0, 40))}… is longer than 4096 bytes`)
  }
  const bare = path.endsWith('/') ? path.slice(0, -1) : path
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(bare)) return bare
  const kept: string[] = []
  for (const part of bare.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.pop() === undefined) {
      throw new Failure(
        'build',
        `the name ${JSON.stringify(path.slice(0, 200))} leaves the root of the image`,
      )
    }
  }
  return kept.join('/')
}

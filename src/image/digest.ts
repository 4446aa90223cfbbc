import { Failure } from '../failure.ts'

declare const brand: unique symbol

/** `sha256:` and 64 lower-case hexadecimal digits (OCI image spec, descriptor.md, "Digests"). */
export type Digest = `sha256:${string}` & { readonly [brand]: 'Digest' }

/** A digest from text; throws Failure when it is not a sha256 digest (the one algorithm that registries use). */
export function parseDigest(text: unknown, where = 'digest'): Digest {
  if (isDigest(text)) return text
  throw new Failure('build', `${where} is not a sha256 digest: ${String(text).slice(0, 100)}`)
}

/** Whether this is a well-formed sha256 digest. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** The 64 hexadecimal digits. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

/** `sha256:1a2b3c4d5e6f`: enough for people to tell two apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

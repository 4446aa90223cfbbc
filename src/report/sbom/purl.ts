/** The parts of a package URL; a qualifier without a value is left out. */
export interface PackageUrl {
  readonly type: 'pypi' | 'conda' | 'deb' | 'apk' | 'oci'
  readonly namespace?: string
  readonly name: string
  readonly version: string
  readonly qualifiers?: Readonly<Record<string, string>>
}

/** A package URL in its canonical form (purl specification, ECMA-427). */
export function formatPurl({ type, namespace = '', name, version, qualifiers = {} }: PackageUrl): string {
  const pairs = Object.entries(qualifiers)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encoded(value)}`)
  return [
    `pkg:${type}/`,
    namespace === '' ? '' : `${encoded(namespace)}/`,
    encoded(name),
    version === '' ? '' : `@${encoded(version)}`,
    pairs.length === 0 ? '' : `?${pairs.join('&')}`,
  ].join('')
}

/** Everything but letters, digits, `.-_~` and the colon, as percent signs and UTF-8. */
function encoded(text: string): string {
  // A lone surrogate has no UTF-8 and becomes the character that stands for what is none.
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':')
}

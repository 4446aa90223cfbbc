import { fieldValues } from './fields.ts'

/** What a distribution says of itself (core metadata, PEP 566 and later), as far as measuring needs it. */
export interface Metadata {
  readonly name: string
  readonly version: string
  /** `Requires-Dist` as written (PEP 508). */
  readonly requiresDist: readonly string[]
}

/** The fields of a METADATA or PKG-INFO; a missing name or version is empty. Continued lines are not needed here. */
export function parseMetadata(text: string): Metadata {
  return {
    name: fieldValues(text, 'Name')[0] ?? '',
    version: fieldValues(text, 'Version')[0] ?? '',
    requiresDist: fieldValues(text, 'Requires-Dist'),
  }
}

/** A distribution's name as PEP 503 normalises it. */
export function distributionName(text: string): string {
  return text.replace(/[-_.]+/g, '-').toLowerCase()
}

/** Name that a requirement (PEP 508) asks for, normalised, and whether only an extra asks for it. */
export function requiredName(
  requirement: string,
): { readonly name: string; readonly optional: boolean } | undefined {
  const name = /^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1]
  if (name === undefined) return undefined
  const marker = requirement.slice(requirement.indexOf(';') + 1)
  return {
    name: distributionName(name),
    optional: requirement.includes(';') && /\bextra\s*[=!~]/.test(marker),
  }
}

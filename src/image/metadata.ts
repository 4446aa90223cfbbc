import { fieldValues } from './fields.ts'

/** What a distribution says of itself (core metadata, PEP 566 and later), as far as measuring needs it. */
export interface Metadata {
  readonly name: string
  readonly version: string
  /** `Requires-Dist` as written (PEP 508). */
  readonly requiresDist: readonly string[]
}

/** Requirements that are looked at: ten times those of the distributions with the most extras. */
const requirementLimit = 5000

/** The fields of a METADATA or PKG-INFO; a missing name or version is empty. Continued lines are not needed here. */
export function parseMetadata(text: string): Metadata {
  return {
    name: fieldValues(text, 'Name')[0] ?? '',
    version: fieldValues(text, 'Version')[0] ?? '',
    requiresDist: fieldValues(text, 'Requires-Dist').slice(0, requirementLimit),
  }
}

/** A distribution's name as PEP 503 normalises it. */
export function distributionName(text: string): string {
  return text.replace(/[-_.]+/g, '-').toLowerCase()
}

/** A requirement (PEP 508) as far as a dependency graph needs it; names and extras normalised. */
export interface RequiredName {
  readonly name: string
  /** Extras of it that are asked for: `standard` in `uvicorn[standard]`. */
  readonly extras: readonly string[]
  /** Extras of the one who requires it that ask for it; empty when it is always required. */
  readonly onlyFor: readonly string[]
}

/** Undefined for what is no requirement. Markers other than `extra` are not looked at. */
export function parseRequiredName(text: string): RequiredName | undefined {
  const [, name, extras = ''] = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?/.exec(text) ?? []
  if (name === undefined) return undefined
  const marker = text.includes(';') ? text.slice(text.indexOf(';') + 1) : ''
  const onlyFor = [...marker.matchAll(/\bextra\s*==\s*["']([^"']*)["']/g)].map(([, extra = '']) => extra)
  return {
    name: distributionName(name),
    extras: extras
      .split(',')
      .flatMap((extra) => (extra.trim() === '' ? [] : [distributionName(extra.trim())])),
    onlyFor: onlyFor.map(distributionName),
  }
}

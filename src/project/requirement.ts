import { Failure } from '../failure.ts'
import { parseMarker } from './markers.ts'
import { packageName, type PackageName } from './name.ts'
import { isSpecifier } from './version.ts'

/** A dependency specifier as PEP 508 writes it. */
export interface Requirement {
  readonly name: PackageName
  /** Normalised, sorted, without repetition. */
  readonly extras: readonly PackageName[]
  /** PEP 440 specifier set as written, without spaces; empty: any version. */
  readonly specifier: string
  readonly url: string | undefined
  readonly marker: string | undefined
}

const head = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*/
const extraName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** Parses `name[extra] >=1,<2 ; marker` or `name @ url ; marker`; throws Failure which shows the text. */
export function parseRequirement(text: string): Requirement {
  const found = head.exec(text)
  if (!found) throw invalid(text, 'it does not start with a name')
  const name = packageName(found[1] ?? '')
  const extras = parseExtras(text, found[2])
  const rest = text.slice(found[0].length)
  if (rest.startsWith('@')) {
    const [, url = '', marker] = /^@\s*(\S+)(?:\s+;(.*))?\s*$/s.exec(rest) ?? []
    if (url === '') throw invalid(text, 'the address after @ is missing, or has no space before its ";"')
    return { name, extras, specifier: '', url, marker: checkedMarker(marker) }
  }
  const semicolon = rest.indexOf(';')
  const versions = (semicolon < 0 ? rest : rest.slice(0, semicolon)).trim()
  const bare = versions.startsWith('(') && versions.endsWith(')') ? versions.slice(1, -1) : versions
  const specifier = bare.replace(/\s+/g, '').replace(/,$/, '')
  if (specifier !== '' && !isSpecifier(specifier)) {
    throw invalid(text, `${JSON.stringify(specifier)} is no version specifier`)
  }
  const marker = semicolon < 0 ? undefined : checkedMarker(rest.slice(semicolon + 1))
  return { name, extras, specifier, url: undefined, marker }
}

function parseExtras(text: string, list: string | undefined): readonly PackageName[] {
  if (list === undefined || list.trim() === '') return []
  const names = list.split(',').map((extra) => extra.trim())
  if (!names.every((name) => extraName.test(name))) throw invalid(text, 'an extra has no valid name')
  return [...new Set(names.map(packageName))].sort()
}

function checkedMarker(text: string | undefined): string | undefined {
  const marker = text?.trim()
  if (marker === undefined || marker === '') return undefined
  parseMarker(marker)
  return marker
}

function invalid(text: string, why: string): Failure {
  return new Failure('usage', `requirement ${JSON.stringify(text.slice(0, 300))} is not valid: ${why}`)
}

import { Failure } from '../failure.ts'
import { parseMarker } from './markers.ts'
import { packageName } from './name.ts'
import { parseRequirement, type Requirement } from './requirement.ts'
import { logicalLines, type LogicalLine } from './requirements-lines.ts'
import { addOption, noOptions, type IndexOptions } from './requirements-options.ts'

/** A requirements file (the grammar of pip's), without the files that it includes. */
export interface RequirementsFile {
  readonly file: string
  readonly items: readonly RequirementsItem[]
  readonly options: IndexOptions
}

export type RequirementsItem =
  | {
      readonly kind: 'named'
      readonly requirement: Requirement
      readonly hashes: readonly Hash[]
      readonly text: string
      readonly place: string
    }
  /** An address or a repository without a name in front, or an archive beside the project. */
  | {
      readonly kind: 'direct'
      readonly address: string
      readonly marker: string | undefined
      readonly hashes: readonly Hash[]
      readonly text: string
      readonly place: string
    }
  /** A source tree beside the project: `-e .`, `./library[extra]`. */
  | {
      readonly kind: 'local'
      readonly path: string
      readonly extras: readonly string[]
      readonly editable: boolean
      readonly marker: string | undefined
      readonly place: string
    }
  | {
      readonly kind: 'include'
      readonly path: string
      readonly constraint: boolean
      readonly place: string
    }

/** `sha256:…` as `--hash` gives it. */
export interface Hash {
  readonly algorithm: string
  readonly digest: string
}

/**
 * Parses the text of a requirements file. `${NAME}` is replaced by what `variables` has for it and left alone
 * otherwise, as pip does. Throws Failure with file and line.
 */
export function parseRequirements(
  text: string,
  file: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): RequirementsFile {
  const items: RequirementsItem[] = []
  let options = noOptions
  for (const line of logicalLines(text, file, variables)) {
    const read = atPlace(line, () => parseLine(line))
    if ('kind' in read) items.push(read)
    else options = atPlace(line, () => addOption(options, read.name, read.value))
  }
  return { file, items, options }
}

/** Whether a lock could have written this: each line one version and its hashes, or a commit. Local trees do not count. */
export function isFrozen(items: readonly RequirementsItem[]): boolean {
  const counted = items.filter((item) => item.kind === 'named' || item.kind === 'direct')
  return counted.length > 0 && counted.every(isFrozenItem)
}

/** The version that a specifier pins, or undefined. */
export function pinnedVersion(specifier: string): string | undefined {
  return /^===?([^,*]+)$/.exec(specifier)?.[1]
}

function isFrozenItem(item: Extract<RequirementsItem, { kind: 'named' | 'direct' }>): boolean {
  const address = item.kind === 'direct' ? item.address : item.requirement.url
  if (address === undefined) {
    return (
      item.kind === 'named' &&
      pinnedVersion(item.requirement.specifier) !== undefined &&
      item.hashes.length > 0
    )
  }
  if (/^(git|hg|svn|bzr)\+/.test(address)) return /@[0-9a-f]{40}([0-9a-f]{24})?(#.*)?$/.test(address)
  return item.hashes.length > 0 || /#(.*&)?(sha256|sha384|sha512)=/.test(address)
}

type ParsedLine = RequirementsItem | { readonly name: string; readonly value: string | undefined }

const shortOptions: Readonly<Record<string, string>> = {
  '-r': '--requirement',
  '-c': '--constraint',
  '-e': '--editable',
  '-i': '--index-url',
  '-f': '--find-links',
}

function parseLine(line: LogicalLine): ParsedLine {
  const { text, place } = line
  if (!text.startsWith('-')) return parseItem(text, place, false)
  const [, option = '', rest = ''] = /^(--[a-z0-9-]+|-[a-z])\s*=?\s*(.*)$/s.exec(text) ?? []
  const name = shortOptions[option] ?? option
  const value = unquote(rest.trim())
  if (name === '--requirement' || name === '--constraint') {
    if (value === '') throw new Failure('usage', `${option} needs the path of a file`)
    return { kind: 'include', path: value, constraint: name === '--constraint', place }
  }
  if (name === '--editable') {
    if (value === '') throw new Failure('usage', `${option} needs a path or an address`)
    return parseItem(value, place, true)
  }
  return { name: name === '' ? text : name, value: value === '' ? undefined : value }
}

function parseItem(text: string, place: string, editable: boolean): RequirementsItem {
  const { requirement: body, hashes } = splitOptions(text)
  const address = /^(?:[a-z]+\+)?[a-z]+:\/\//i.test(body)
  if (!address && !isPath(body)) {
    if (editable)
      throw new Failure('usage', `an editable requirement must be a path or a repository, not ${body}`)
    return { kind: 'named', requirement: parseRequirement(body), hashes, text: body, place }
  }
  const [, where = '', marker] = /^(\S+)(?:\s*;\s+|\s+;\s*)(.+)$/s.exec(body) ?? [undefined, body]
  if (marker !== undefined) parseMarker(marker)
  if (address && !/^file:/i.test(where))
    return { kind: 'direct', address: where, marker, hashes, text: body, place }
  const [, path = '', extras = ''] = /^(.*?)(?:\[([^\]]*)\])?$/s.exec(where) ?? []
  if (/\.(whl|zip|tar\.(gz|bz2|xz)|tgz)$/i.test(path.replace(/#.*/, ''))) {
    return { kind: 'direct', address: path, marker, hashes, text: body, place }
  }
  const names = extras.split(',').flatMap((extra) => (extra.trim() === '' ? [] : [packageName(extra.trim())]))
  return { kind: 'local', path: path.replace(/^file:(\/\/)?/i, ''), extras: names, editable, marker, place }
}

function isPath(body: string): boolean {
  if (/^[A-Za-z0-9._-]+\s*(\[[^\]]*\])?\s*@/.test(body)) return false
  const start = body.split(/[\s;]/)[0] ?? ''
  return /^\.{1,2}($|[/[])/.test(start) || /^[/~]/.test(start) || start.includes('/') || /\.whl$/.test(start)
}

/** Options that belong to one requirement; all but the hashes say how to build it. */
function splitOptions(text: string): { requirement: string; hashes: readonly Hash[] } {
  const hashes: Hash[] = []
  const requirement = text.replace(
    /\s+(--[a-z-]+|-C)(?:=|\s+)("[^"]*"|'[^']*'|\S+)/g,
    (_, option: string, value: string) => {
      if (option === '--hash') hashes.push(parseHash(unquote(value)))
      else if (!['--global-option', '--config-settings', '--config-setting', '-C'].includes(option)) {
        throw new Failure('usage', `${option} is not an option of a requirement`)
      }
      return ''
    },
  )
  if (/\s--?[a-z]/.test(requirement.replace(/;.*/s, ''))) {
    throw new Failure('usage', `${JSON.stringify(requirement)} has an option that is not known`)
  }
  return { requirement: requirement.trim(), hashes }
}

const digits: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

function parseHash(value: string): Hash {
  const [, algorithm = '', digest = ''] = /^([a-z0-9]+)[:=]([0-9a-fA-F]+)$/.exec(value) ?? []
  if (digits[algorithm] !== digest.length) {
    throw new Failure(
      'usage',
      `hash ${JSON.stringify(value)} is not sha256, sha384 or sha512 with all its digits`,
    )
  }
  return { algorithm, digest: digest.toLowerCase() }
}

function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value
}

function atPlace<T>(line: LogicalLine, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
    throw new Failure(cause.kind, `${line.place}: ${cause.message}`, {
      ...(cause.hint !== undefined && { hint: cause.hint }),
      cause,
    })
  }
}

import { resolve } from 'node:path'
import { parseRules, type ParsedRules } from './budget/parse.ts'
import { formatProblem } from './budget/problem.ts'
import type { Rule } from './budget/rule.ts'
import { rulesFromShortForms } from './budget/short.ts'
import { parseCommand } from './command.ts'
import { Failure } from './failure.ts'
import { formatPlatform, parsePlatform, type Platform } from './image/platform.ts'
import { type ImageReference, parseImageReference, parseRepositoryReference } from './image/reference.ts'
import type { Inputs } from './inputs.ts'
import { nearestWord } from './spelling.ts'

/** What a user gave, as text. Lists may hold several values in one text, split at commas or line ends. */
export interface Given {
  readonly context?: string | undefined
  readonly mode?: string | undefined
  readonly engine?: string | undefined
  readonly base?: string | undefined
  readonly python?: string | undefined
  readonly platform?: readonly string[] | undefined
  readonly group?: readonly string[] | undefined
  readonly extra?: readonly string[] | undefined
  readonly command?: string | undefined
  readonly user?: string | undefined
  readonly compression?: string | undefined
  readonly name?: string | undefined
  readonly tag?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly push?: boolean | undefined
  readonly failOn?: readonly string[] | undefined
  readonly warnOn?: readonly string[] | undefined
  readonly maxSize?: string | undefined
  readonly maxIncrease?: string | undefined
  readonly maxBuildTime?: string | undefined
  readonly against?: string | undefined
  readonly json?: string | undefined
  readonly markdown?: string | undefined
  readonly html?: string | undefined
  readonly sbom?: string | undefined
}

/** Where the image goes when nothing says where: a folder beside the user, which needs no daemon and no registry. */
export const defaultOutput = 'oci:image'

/**
 * Inputs from what was given. `cwd` is what a relative context is relative to; `spell` gives the name of an input as
 * the user writes it (`--fail-on`, `fail-on`). All problems are returned at once; then there are no inputs.
 */
export function parseGiven(
  given: Given,
  { cwd, spell }: { readonly cwd: string; readonly spell: (key: keyof Given) => string },
): { readonly inputs: Inputs; readonly problems: readonly [] } | { readonly problems: readonly string[] } {
  const problems: string[] = []
  const attempt = <T>(key: keyof Given, parse: () => T): T | undefined => {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      problems.push(`${spell(key)}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`)
      return undefined
    }
  }
  const optional = <T>(
    key: keyof Given,
    text: string | undefined,
    parse: (text: string) => T,
  ): T | undefined => (text === undefined ? undefined : attempt(key, () => parse(text)))
  const each = <T>(key: keyof Given, texts: readonly string[], parse: (text: string) => T): readonly T[] =>
    texts.flatMap((text) => attempt(key, () => [parse(text)]) ?? [])
  const rules = (...parsed: readonly ParsedRules[]): readonly Rule[] => {
    problems.push(...parsed.flatMap((one) => one.problems.map(formatProblem)))
    return parsed.flatMap((one) => one.rules)
  }

  const platforms = new Map<string, Platform>()
  for (const platform of each('platform', splitList(given.platform), parsePlatform)) {
    platforms.set(formatPlatform(platform), platform)
  }
  const tags = each('tag', splitList(given.tag), parseTag)
  const push = given.push ?? false
  const output = optional('output', given.output ?? (push ? undefined : defaultOutput), parseImageReference)
  const inputs: Inputs = {
    context: resolve(cwd, given.context ?? '.'),
    mode: optional('mode', given.mode, oneOf('ship', 'volume')) ?? 'ship',
    engine: optional('engine', given.engine, oneOf('auto', 'assemble')) ?? 'auto',
    base: optional('base', given.base, parseImageReference),
    pythonVersion: optional('python', given.python, parsePython),
    platforms: [...platforms.values()],
    groups: each('group', splitList(given.group), parseName),
    extras: each('extra', splitList(given.extra), parseName),
    command: optional('command', given.command, parseCommand),
    user: optional('user', given.user, parseUser),
    compression: optional('compression', given.compression, oneOf('gzip', 'zstd')) ?? 'gzip',
    name: given.name,
    tags,
    output,
    push,
    failOn: rules(
      ...(given.failOn ?? []).map((text) => parseRules(text, spell('failOn'))),
      rulesFromShortForms(given, spell),
    ),
    warnOn: rules(...(given.warnOn ?? []).map((text) => parseRules(text, spell('warnOn')))),
    against: given.against,
    json: given.json,
    markdown: given.markdown,
    html: given.html,
    sbom: given.sbom,
  }
  if (push && splitList(given.tag).length === 0) {
    problems.push(`${spell('push')} needs ${spell('tag')} to say where to, as registry.example/team/api:1`)
  }
  if (platforms.size > 1 && output && !holdsSeveral(output)) {
    problems.push(
      `${spell('output')}: ${output.transport} holds one platform, and ${platforms.size} were asked for ` +
        `(write to oci:DIR or oci-archive:FILE, or ${spell('push')})`,
    )
  }
  problems.push(...standardOutputProblems(given, spell))
  for (const [key, what] of [
    ['html', 'page'],
    ['sbom', 'bill of materials'],
  ] as const) {
    if (platforms.size > 1 && given[key] === '-') {
      problems.push(
        `${spell(key)}: each of ${platforms.size} platforms has a ${what} of its own: name a file`,
      )
    }
  }
  return problems.length === 0 ? { inputs: Object.freeze(inputs), problems: [] } : { problems }
}

const reportKeys = ['json', 'markdown', 'html', 'sbom'] as const

/** Standard output takes one report. */
export function standardOutputProblems(
  paths: Pick<Given, (typeof reportKeys)[number]>,
  spell: (key: (typeof reportKeys)[number]) => string,
): readonly string[] {
  const [first, second] = reportKeys.filter((key) => paths[key] === '-')
  if (first === undefined || second === undefined) return []
  return [`${spell(first)} and ${spell(second)} cannot both be written to standard output`]
}

function splitList(texts: readonly string[] | undefined): readonly string[] {
  return (texts ?? [])
    .flatMap((text) => text.split(/[,\n]/))
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

function holdsSeveral({ transport }: ImageReference): boolean {
  return transport === 'oci' || transport === 'oci-archive' || transport === 'docker'
}

function oneOf<const T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((each) => each === text)
    if (value !== undefined) return value
    const meant = nearestWord(text, values)
    throw new Failure('usage', `${JSON.stringify(text)} is not one of ${values.join(', ')}`, {
      ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
    })
  }
}

function parsePython(text: string): string {
  if (/^3\.\d{1,2}$/.test(text)) return text
  throw new Failure('usage', `${JSON.stringify(text)} is not a Python version`, { hint: 'write it as 3.13' })
}

/** A group or an extra (PEP 735, PEP 685). */
function parseName(text: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text)) return text
  throw new Failure('usage', `${JSON.stringify(text)} is not a name`, {
    hint: 'letters, digits and ".", "_" or "-" between them',
  })
}

function parseUser(text: string): string {
  if (/^(?:[a-z_][a-z0-9_-]{0,31}|\d{1,10}(?::\d{1,10})?)$/.test(text)) return text
  throw new Failure('usage', `${JSON.stringify(text)} is not a user`, {
    hint: 'write a name, a number, or numbers as 1000:1000',
  })
}

function parseTag(text: string): string {
  const reference = parseRepositoryReference(text)
  if (reference !== undefined && reference.digest === undefined) return text
  throw new Failure('usage', `${JSON.stringify(text)} is not a name for an image`, {
    hint: 'write it as NAME:TAG or REGISTRY/NAME:TAG in lower case, without a digest',
  })
}

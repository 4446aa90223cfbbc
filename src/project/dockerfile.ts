import { DockerfileParser, type From, type PropertyInstruction } from 'dockerfile-ast'
import type { Platform } from '../image/platform.ts'

/** What the last stage of a Dockerfile stands on. `line` counts from 1. */
export type LastBase =
  | { readonly kind: 'image'; readonly name: string; readonly platform?: string; readonly line: number }
  | { readonly kind: 'scratch'; readonly line: number }
  /** `why` ends a sentence that begins with the place: `names an image by …`. */
  | { readonly kind: 'unknown'; readonly why: string; readonly line: number }

/** Values of build arguments; one that was declared without a default has none. */
type Values = ReadonlyMap<string, string | undefined>

/**
 * The image that the last stage of a Dockerfile begins from, through the stages that it goes by: with the defaults of
 * the build arguments, and built for `platform`. Undefined for a file without a stage. Never throws.
 */
export function parseLastBase(text: string, platform: Platform): LastBase | undefined {
  const dockerfile = DockerfileParser.parse(text)
  const values = new Map<string, string | undefined>(platformArguments(platform))
  for (const argument of dockerfile.getInitialARGs()) {
    for (const [name, value] of propertiesOf(argument)) {
      values.set(name, value === undefined ? values.get(name) : expand(value, values).text)
    }
  }
  const stages = dockerfile.getFROMs()
  let at = stages.length - 1
  for (;;) {
    const stage = stages[at]
    if (!stage) return undefined
    const base = baseOf(stage, values)
    if (base.kind !== 'image') return base
    // A stage is known by its name to the ones below it, in any case of letters; below two of one name, the nearer.
    const name = base.name.toLowerCase()
    const earlier = stages.slice(0, at).findLastIndex((one) => one.getBuildStage()?.toLowerCase() === name)
    if (earlier < 0) return base
    at = earlier
  }
}

function baseOf(stage: From, values: Values): LastBase {
  const line = stage.getRange().start.line + 1
  const image = expand(stage.getImage() ?? '', values)
  const [missing] = image.missing
  if (missing !== undefined) {
    return {
      kind: 'unknown',
      why: `takes its image from ${missing}, a build argument without a default`,
      line,
    }
  }
  if (image.text === '' || image.text.includes('$')) {
    return { kind: 'unknown', why: 'names its image in a way that is not understood', line }
  }
  if (image.text === 'scratch') return { kind: 'scratch', line }
  const platform = expand(stage.getPlatformFlag()?.getValue() ?? '', values).text
  return { kind: 'image', name: image.text, ...(platform === '' ? {} : { platform }), line }
}

function propertiesOf(argument: PropertyInstruction): readonly (readonly [string, string | undefined])[] {
  // What it calls unescaped is the value as it is written, with its quotes.
  return argument.getProperties().map((one) => [one.getName(), one.getUnescapedValue() ?? undefined])
}

/** BuildKit sets these for every FROM; who builds on another platform than this one is not known afterwards. */
function platformArguments(platform: Platform): readonly (readonly [string, string])[] {
  const { os, architecture, variant = '' } = platform
  const whole = [os, architecture, variant].filter((part) => part !== '').join('/')
  return ['TARGET', 'BUILD'].flatMap((side) => [
    [`${side}PLATFORM`, whole],
    [`${side}OS`, os],
    [`${side}ARCH`, architecture],
    [`${side}VARIANT`, variant],
  ])
}

interface Expanded {
  readonly text: string
  /** Arguments without a value that were asked for one. */
  readonly missing: readonly string[]
}

/**
 * Quotes taken off and arguments put in (Dockerfile reference, "Environment replacement"): `$A`, `${A}`, `${A:-b}`,
 * `${A-b}`, `${A:+b}`, `${A+b}`. Any other form stays as it is, with its `$`.
 */
function expand(text: string, values: Values): Expanded {
  const missing: string[] = []
  const put = (_: string, plain?: string, name?: string, operator?: string, word?: string): string => {
    const key = plain ?? name ?? ''
    const value = values.get(key)
    const isSet =
      operator?.startsWith(':') === true ? value !== undefined && value !== '' : value !== undefined
    if (operator?.endsWith('+') === true) return isSet ? inner(word) : ''
    if (operator?.endsWith('-') === true) return isSet ? (value ?? '') : inner(word)
    if (value === undefined) missing.push(key)
    return value ?? ''
  }
  const inner = (word = ''): string => {
    const expanded = expand(word, values)
    missing.push(...expanded.missing)
    return expanded.text
  }
  const parts = text.match(/'[^']*'|"[^"]*"|[^'"]+|['"]/g) ?? []
  const expanded = parts.map((part) => {
    if (part.length > 1 && part.startsWith("'")) return part.slice(1, -1)
    const bare = part.length > 1 && part.startsWith('"') ? part.slice(1, -1) : part
    return bare.replace(/\$(?:(\w+)|\{(\w+)(?:(:?[-+])((?:[^{}]|\$\{\w+\})*))?\})/g, put)
  })
  return { text: expanded.join(''), missing }
}

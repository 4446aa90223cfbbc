import { Failure } from '../failure.ts'
import { packageName } from './name.ts'
import { isSpecifier, isVersion, satisfiesSpecifier } from './version.ts'

/** Values of the variables of PEP 508, and of the two that PEP 751 adds. */
export interface MarkerEnvironment {
  readonly implementation_name: string
  readonly implementation_version: string
  readonly os_name: string
  readonly platform_machine: string
  readonly platform_python_implementation: string
  readonly platform_release: string
  readonly platform_system: string
  readonly platform_version: string
  readonly python_full_version: string
  readonly python_version: string
  readonly sys_platform: string
  readonly extra: string
  readonly extras: readonly string[]
  readonly dependency_groups: readonly string[]
}

export type MarkerVariable = keyof MarkerEnvironment

export type Marker =
  | { readonly kind: 'and' | 'or'; readonly left: Marker; readonly right: Marker }
  | {
      readonly kind: 'compare'
      readonly left: MarkerOperand
      readonly operator: string
      readonly right: MarkerOperand
    }

export type MarkerOperand =
  | { readonly kind: 'variable'; readonly name: MarkerVariable }
  | { readonly kind: 'literal'; readonly value: string }

const variables: Record<MarkerVariable, true> = {
  implementation_name: true,
  implementation_version: true,
  os_name: true,
  platform_machine: true,
  platform_python_implementation: true,
  platform_release: true,
  platform_system: true,
  platform_version: true,
  python_full_version: true,
  python_version: true,
  sys_platform: true,
  extra: true,
  extras: true,
  dependency_groups: true,
}

/** Spellings from before PEP 508 that files still carry. */
const legacy: Readonly<Record<string, MarkerVariable>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
}

const versioned: ReadonlySet<string> = new Set<MarkerVariable>([
  'implementation_version',
  'platform_release',
  'python_full_version',
  'python_version',
])

const deepest = 200
/** More than any tool writes; what walks a marker goes one call deeper for each. */
const mostComparisons = 2_000

/** Parses an environment marker; throws Failure which shows the marker. */
export function parseMarker(text: string): Marker {
  const parser = new MarkerParser(text)
  const marker = parser.or(0)
  parser.end()
  return marker
}

/** Whether a marker holds in an environment; throws Failure for a comparison without a meaning. */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment): boolean {
  switch (marker.kind) {
    case 'and':
      return evaluateMarker(marker.left, environment) && evaluateMarker(marker.right, environment)
    case 'or':
      return evaluateMarker(marker.left, environment) || evaluateMarker(marker.right, environment)
    case 'compare':
      return compareOperands(marker.left, marker.operator, marker.right, environment)
  }
}

/** Whether something with this marker applies; no marker always does. */
export function markerApplies(marker: string | undefined, environment: MarkerEnvironment): boolean {
  return marker === undefined || marker.trim() === '' || evaluateMarker(parseMarker(marker), environment)
}

function compareOperands(
  left: MarkerOperand,
  operator: string,
  right: MarkerOperand,
  environment: MarkerEnvironment,
): boolean {
  const variable = left.kind === 'variable' ? left.name : right.kind === 'variable' ? right.name : undefined
  let a = valueOf(left, environment)
  let b = valueOf(right, environment)
  if (typeof a !== 'string' || variable === 'extra') {
    // Names of extras and groups are compared as they are normalised.
    if (typeof a === 'string') a = packageName(a)
    if (typeof b === 'string') b = packageName(b)
  }
  if (typeof b !== 'string') {
    if (typeof a !== 'string') throw undefinedComparison(operator)
    const has = b.some((name) => packageName(name) === packageName(a))
    if (operator === 'in') return has
    if (operator === 'not in') return !has
    throw undefinedComparison(operator)
  }
  if (typeof a !== 'string') throw undefinedComparison(operator)
  if (operator === 'in') return b.includes(a)
  if (operator === 'not in') return !b.includes(a)
  if (variable !== undefined && versioned.has(variable) && isVersion(a) && isSpecifier(operator + b)) {
    return satisfiesSpecifier(a, operator + b)
  }
  return compareText(a, operator, b)
}

/** The order of code points, as Python compares strings. */
function compareText(a: string, operator: string, b: string): boolean {
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
    default:
      throw undefinedComparison(operator)
  }
}

function undefinedComparison(operator: string): Failure {
  return new Failure('usage', `an environment marker uses ${operator} where it has no meaning`)
}

function valueOf(operand: MarkerOperand, environment: MarkerEnvironment): string | readonly string[] {
  return operand.kind === 'literal' ? operand.value : environment[operand.name]
}

class MarkerParser {
  private position = 0
  private atoms = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  or(depth: number): Marker {
    let left = this.and(depth)
    while (this.word('or')) left = { kind: 'or', left, right: this.and(depth) }
    return left
  }

  end(): void {
    this.space()
    if (this.position < this.text.length) throw this.failure('the end')
  }

  private and(depth: number): Marker {
    let left = this.atom(depth)
    while (this.word('and')) left = { kind: 'and', left, right: this.atom(depth) }
    return left
  }

  private atom(depth: number): Marker {
    this.atoms += 1
    if (this.atoms > mostComparisons) throw this.failure('fewer comparisons')
    if (depth > deepest) throw this.failure('fewer parentheses')
    if (this.take(/\(/y) !== undefined) {
      const inner = this.or(depth + 1)
      if (this.take(/\)/y) === undefined) throw this.failure('")"')
      return inner
    }
    const left = this.operand()
    const operator = this.take(/===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b/y)?.replace(/^not\s+in$/, 'not in')
    if (operator === undefined) throw this.failure('a comparison')
    const right = this.operand()
    if (left.kind === 'literal' && right.kind === 'literal') throw this.failure('a variable')
    return { kind: 'compare', left, operator, right }
  }

  private operand(): MarkerOperand {
    const literal = this.take(/"[^"]*"|'[^']*'/y)
    if (literal !== undefined) return { kind: 'literal', value: literal.slice(1, -1) }
    const word = this.take(/[a-z_]+(?:\.[a-z_]+)?/y)
    if (word !== undefined) {
      const name = legacy[word] ?? word
      if (isVariable(name)) return { kind: 'variable', name }
    }
    throw this.failure('a variable or a quoted text')
  }

  private word(word: 'and' | 'or'): boolean {
    return this.take(word === 'and' ? /and\b/y : /or\b/y) !== undefined
  }

  private take(pattern: RegExp): string | undefined {
    this.space()
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.position += found.length
    return found
  }

  private space(): void {
    while (/\s/.test(this.text.charAt(this.position))) this.position += 1
  }

  private failure(wanted: string): Failure {
    const shown = JSON.stringify(this.text.slice(0, 500))
    return new Failure(
      'usage',
      `environment marker ${shown} is not valid: ${wanted} expected at ${this.position}`,
      {
        hint: 'see https://packaging.python.org/en/latest/specifications/dependency-specifiers/',
      },
    )
  }
}

function isVariable(name: string): name is MarkerVariable {
  return Object.hasOwn(variables, name)
}

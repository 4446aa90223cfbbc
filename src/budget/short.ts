import { type ParsedRules, parseRules } from './parse.ts'
import type { Problem } from './problem.ts'
import type { Rule } from './rule.ts'

/** The limits that most projects want, each as text: `250 MB`, `5%`, `4 min`. */
export interface ShortForms {
  /** `download > …` */
  readonly maxSize?: string | undefined
  /** `download grows by > …`, a size or a percentage */
  readonly maxIncrease?: string | undefined
  /** `build time > …` */
  readonly maxBuildTime?: string | undefined
}

const forms = [
  { key: 'maxSize', name: 'max-size', start: 'download > ' },
  { key: 'maxIncrease', name: 'max-increase', start: 'download grows by > ' },
  { key: 'maxBuildTime', name: 'max-build-time', start: 'build time > ' },
] as const

/** Short forms as the rules they stand for. `prefix` is what the user writes before their names, as `--`. */
export function rulesFromShortForms(given: ShortForms, prefix = ''): ParsedRules {
  const rules: Rule[] = []
  const problems: Problem[] = []
  for (const { key, name, start } of forms) {
    const value = given[key]
    if (value === undefined) continue
    const text = value.trim().replace(/\s+/g, ' ')
    const parsed = parseRules(start + text, prefix + name)
    rules.push(...parsed.rules.map((rule) => ({ ...rule, text: `${name}: ${text}` })))
    problems.push(
      ...parsed.problems.map((problem) => ({
        ...problem,
        text,
        column: Math.max(1, problem.column - start.length),
      })),
    )
  }
  return { rules, problems }
}

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
  { key: 'maxSize', start: 'download > ' },
  { key: 'maxIncrease', start: 'download grows by > ' },
  { key: 'maxBuildTime', start: 'build time > ' },
] as const

/** Short forms as the rules they stand for. `spell` gives the name of one as the user writes it: `--max-size`. */
export function rulesFromShortForms(
  given: ShortForms,
  spell: (key: keyof ShortForms) => string,
): ParsedRules {
  const rules: Rule[] = []
  const problems: Problem[] = []
  for (const { key, start } of forms) {
    const name = spell(key)
    const value = given[key]
    if (value === undefined) continue
    const text = value.trim().replace(/\s+/g, ' ')
    const parsed = parseRules(start + text, name)
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

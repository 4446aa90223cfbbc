import type { Rule } from './rule.ts'

export type Outcome = 'pass' | 'warn' | 'fail' | 'skipped'

/** What the rules say of a measurement. */
export interface Verdict {
  /** The worst of the rules; `skipped` when not one of them could be judged, or there is none. */
  readonly overall: Outcome
  /** In the order they were given: those that fail first, then those that warn. */
  readonly rules: readonly RuleVerdict[]
}

export interface RuleVerdict {
  readonly rule: Rule
  /** What it leads to when it is broken. */
  readonly severity: 'fail' | 'warn'
  readonly outcome: Outcome
  /** The numbers, in words: `download is 261 MB, above 250 MB`. */
  readonly reason: string
  /** The label by which an increase was accepted that breaks it; the outcome is then `pass`. */
  readonly acceptedBy?: string
}

const order = ['skipped', 'pass', 'warn', 'fail'] as const

/** The worst of them; `skipped` of none. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  return order[Math.max(0, ...outcomes.map((one) => order.indexOf(one)))] ?? 'skipped'
}

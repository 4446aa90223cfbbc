/** A figure that a rule can be about (DESIGN: Budgets). Sizes in bytes, times in milliseconds. */
export type Figure =
  'download' | 'disk' | 'filesystem' | 'environment' | 'update download' | 'build time' | 'start time'

/** One line of `fail-on` or `warn-on`, parsed. */
export interface Rule {
  /** As the user wrote it. */
  readonly text: string
  readonly condition: Condition
}

/** `and`/`or` of comparisons; `limit` in bytes, milliseconds or percent. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'above'; readonly figure: Figure; readonly limit: number }
  | {
      readonly kind: 'grows'
      readonly figure: Figure
      readonly by: number
      readonly unit: 'absolute' | 'percent'
    }

/** Whether a condition is about what a change adds to the image. */
export function isAboutGrowth(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(isAboutGrowth)
    case 'above':
      return condition.figure === 'update download'
    case 'grows':
      return condition.figure !== 'build time' && condition.figure !== 'start time'
  }
}

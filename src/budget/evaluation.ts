/** What a condition comes to; `broken` is undefined where the figures to say so are missing. */
export interface Evaluation {
  readonly broken: boolean | undefined
  readonly reason: string
}

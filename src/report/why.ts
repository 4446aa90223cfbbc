/** What is known of why a package is there. */
export interface Required {
  /** The project itself requires it. */
  readonly direct: boolean
  /** Chains to a requirement of the project, the nearest first. */
  readonly requiredBy: readonly (readonly string[])[]
}

/**
 * Why a package is there, as `← pydantic ← fastapi ← you`: the shortest chain, and how many more there are. Empty when
 * nothing is known.
 */
export function why(required: Required): string {
  const found = shortestChain(required)
  if (found === undefined) return ''
  const more = found.others === 0 ? '' : ` (and ${found.others} more)`
  return `${[...found.names, 'you'].map((name) => `← ${name}`).join(' ')}${more}`
}

/** The names between a package and the project, none where that requires it itself, and how many more chains there are. */
export function shortestChain({
  direct,
  requiredBy,
}: Required): { readonly names: readonly string[]; readonly others: number } | undefined {
  if (direct) return { names: [], others: 0 }
  const [names, ...others] = [...requiredBy].sort((a, b) => a.length - b.length)
  return names && { names, others: others.length }
}

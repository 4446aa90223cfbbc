/**
 * Why a package is there, as `← pydantic ← fastapi ← you`: the shortest chain, and how many more there are. Empty when
 * nothing is known.
 */
export function why({
  direct,
  requiredBy,
}: {
  readonly direct: boolean
  readonly requiredBy: readonly (readonly string[])[]
}): string {
  if (direct) return '← you'
  const [shortest, ...others] = [...requiredBy].sort((a, b) => a.length - b.length)
  if (shortest === undefined) return ''
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${[...shortest, 'you'].map((name) => `← ${name}`).join(' ')}${more}`
}

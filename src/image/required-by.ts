import { distributionName, type Metadata, requiredName } from './metadata.ts'

/** Names that a distribution requires, whoever asks for which extra. */
export type RequirementsOf = (metadata: Metadata) => readonly string[]

export interface Requirers {
  readonly direct: boolean
  /** Chains from a package to a requirement of the project, nearest first; shortest chains first. */
  readonly requiredBy: readonly (readonly string[])[]
}

/** Chains that are told of one package. */
const most = 3

/**
 * Why each distribution is there, by normalised name. `directNames` are the project's own requirements; without them
 * those that no other requires. What only an extra asks for counts where nothing else explains a package.
 */
export function findRequirers(
  distributions: readonly { readonly name: string; readonly metadata: Metadata }[],
  directNames: readonly string[] | ReadonlySet<string> | undefined,
  requirementsOf: RequirementsOf = always,
): ReadonlyMap<string, Requirers> {
  const names = new Set(distributions.map(({ name }) => name))
  const edges = (of: RequirementsOf): Map<string, Set<string>> => {
    const dependents = new Map<string, Set<string>>()
    for (const { name, metadata } of distributions) {
      for (const required of of(metadata).map(distributionName)) {
        if (required === name || !names.has(required)) continue
        const known = dependents.get(required)
        if (known) known.add(name)
        else dependents.set(required, new Set([name]))
      }
    }
    return dependents
  }
  const required = edges(requirementsOf)
  const direct = new Set(
    directNames ? [...directNames].map(distributionName) : [...names].filter((name) => !required.has(name)),
  )
  const next = new Map<string, string | undefined>()
  for (const name of direct) if (names.has(name)) next.set(name, undefined)
  reach(next, required)
  const wanted = edges(maybe)
  reach(next, wanted)

  return new Map(
    [...names].map((name) => {
      const requirers = [...(required.get(name) ?? [])].filter((requirer) => next.has(requirer))
      const only = next.get(name)
      if (requirers.length === 0 && only !== undefined) requirers.push(only)
      const chains = requirers
        .map((requirer) => chainFrom(requirer, next))
        .filter((chain) => !chain.includes(name))
      chains.sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1))
      return [name, { direct: direct.has(name), requiredBy: chains.slice(0, most) }]
    }),
  )
}

/** Adds to `next`, for all that can be reached from those in it, the requirer that is nearest to the project. */
function reach(
  next: Map<string, string | undefined>,
  dependents: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  const dependencies = new Map<string, string[]>()
  for (const [name, requirers] of dependents) {
    for (const requirer of requirers)
      dependencies.set(requirer, [...(dependencies.get(requirer) ?? []), name])
  }
  const queue = [...next.keys()].sort()
  for (const requirer of queue) {
    for (const name of (dependencies.get(requirer) ?? []).sort()) {
      if (next.has(name)) continue
      next.set(name, requirer)
      queue.push(name)
    }
  }
}

function chainFrom(name: string, next: ReadonlyMap<string, string | undefined>): readonly string[] {
  const chain: string[] = []
  for (let at: string | undefined = name; at !== undefined; at = next.get(at)) chain.push(at)
  return chain
}

function always({ requiresDist }: Metadata): readonly string[] {
  return requiresDist.flatMap((text) => {
    const required = requiredName(text)
    return required && !required.optional ? [required.name] : []
  })
}

function maybe({ requiresDist }: Metadata): readonly string[] {
  return requiresDist.flatMap((text) => requiredName(text)?.name ?? [])
}

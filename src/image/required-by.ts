import { distributionName, type Metadata, requiredName } from './metadata.ts'

/** Names that a distribution requires, whoever asks for which extra. */
export type RequirementsOf = (metadata: Metadata) => readonly string[]

export interface Requirers {
  readonly direct: boolean
  /** Chains from a package to a requirement of the project, nearest first; shortest chains first. */
  readonly requiredBy: readonly (readonly string[])[]
}

/** Chains that are told of one package, and names in one. */
const limits = { chains: 3, names: 20 } as const

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
  const steps = new Map<string, Step>()
  for (const name of direct) if (names.has(name)) steps.set(name, { next: undefined, distance: 0 })
  reach(steps, required)
  reach(steps, edges(maybe))

  return new Map(
    [...names].map((name) => {
      const distance = (requirer: string): number => steps.get(requirer)?.distance ?? Infinity
      const only = steps.get(name)?.next
      const requirers = [...(required.get(name) ?? [])].filter((requirer) => steps.has(requirer))
      if (requirers.length === 0 && only !== undefined) requirers.push(only)
      const chains = requirers
        .sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1))
        .slice(0, limits.chains)
        .map((requirer) => chainFrom(requirer, steps))
        .filter((chain) => !chain.includes(name))
      return [name, { direct: direct.has(name), requiredBy: chains }]
    }),
  )
}

/** From a package towards the project: the requirer that is nearest to it, and how far it is. */
interface Step {
  readonly next: string | undefined
  readonly distance: number
}

/** Adds the steps of all that can be reached from those that are known. */
function reach(steps: Map<string, Step>, dependents: ReadonlyMap<string, ReadonlySet<string>>): void {
  const dependencies = new Map<string, string[]>()
  for (const [name, requirers] of [...dependents].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const requirer of requirers) {
      const known = dependencies.get(requirer)
      if (known) known.push(name)
      else dependencies.set(requirer, [name])
    }
  }
  const queue = [...steps.keys()].sort((a, b) => (a < b ? -1 : 1))
  for (const requirer of queue) {
    const distance = (steps.get(requirer)?.distance ?? 0) + 1
    for (const name of dependencies.get(requirer) ?? []) {
      if (steps.has(name)) continue
      steps.set(name, { next: requirer, distance })
      queue.push(name)
    }
  }
}

/** A chain that is too long to be told keeps its beginning and its end. */
function chainFrom(name: string, steps: ReadonlyMap<string, Step>): readonly string[] {
  const chain: string[] = []
  for (let at: string | undefined = name; at !== undefined; at = steps.get(at)?.next) {
    if (chain.length === limits.names) chain.pop()
    chain.push(at)
  }
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

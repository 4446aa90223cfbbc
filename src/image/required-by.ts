import { distributionName, type Metadata, parseRequiredName, type RequiredName } from './metadata.ts'

/** Names that a distribution always requires, as far as markers hold for the image. */
export type RequirementsOf = (metadata: Metadata) => readonly string[]

export interface Requirers {
  readonly direct: boolean
  /** Whether another distribution or the project names it: one that is there for no reason is `direct` too. */
  readonly isRequired: boolean
  /** Chains from a package to a requirement of the project, nearest first; shortest chains first. */
  readonly requiredBy: readonly (readonly string[])[]
}

interface Installed {
  readonly name: string
  readonly metadata: Metadata
}

/** Chains that are told of one package, and names in one. */
const limits = { chains: 3, names: 20 } as const

/**
 * Why each distribution is there, by normalised name. `directNames` are the project's own requirements, as names or
 * as written; without them those that no other requires. Extras come second: what an extra that someone asks for
 * requires, then what any extra of a direct requirement does, counts where nothing else explains a package.
 */
export function findRequirers(
  distributions: readonly Installed[],
  directNames: readonly string[] | ReadonlySet<string> | undefined,
  requirementsOf: RequirementsOf = always,
): ReadonlyMap<string, Requirers> {
  const { names, project, required, forExtras, byExtras } = graphOf(
    distributions,
    directNames,
    requirementsOf,
  )
  const roots = [...names].filter((name) => !required.has(name))
  const asProject = new Set(project?.map(({ name }) => name))
  const direct = new Set(project ? asProject : roots.filter((name) => !byExtras.has(name)))

  const steps = new Map<string, Step>()
  for (const name of direct) if (names.has(name)) steps.set(name, { next: undefined, distance: 0 })
  reach(steps, required)
  reach(steps, byExtras)
  for (const name of project === undefined ? roots : []) {
    // Its extra is asked for by someone who is not there for a reason himself.
    if (steps.has(name)) continue
    direct.add(name)
    steps.set(name, { next: undefined, distance: 0 })
  }
  reach(
    steps,
    forExtras((name) => direct.has(name)),
  )
  reach(steps, required)

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
      const isRequired = required.has(name) || byExtras.has(name) || asProject.has(name)
      return [name, { direct: direct.has(name), isRequired, requiredBy: chains }]
    }),
  )
}

/**
 * What each distribution requires of the others, by normalised name: always, or for an extra that someone asks for.
 */
export function requirementsAmong(
  distributions: readonly Installed[],
  directNames: readonly string[] | ReadonlySet<string> | undefined,
  requirementsOf: RequirementsOf = always,
): ReadonlyMap<string, readonly string[]> {
  const { names, required, byExtras } = graphOf(distributions, directNames, requirementsOf)
  const among = new Map<string, Set<string>>([...names].map((name) => [name, new Set()]))
  for (const dependents of [required, byExtras]) {
    for (const [name, requirers] of dependents) for (const one of requirers) among.get(one)?.add(name)
  }
  return new Map([...among].map(([name, all]) => [name, [...all].sort()]))
}

interface Graph {
  readonly names: ReadonlySet<string>
  /** What the project requires itself; undefined where that is not known. */
  readonly project: readonly RequiredName[] | undefined
  readonly required: Dependents
  readonly forExtras: (isOn: (name: string, extra: string) => boolean) => Dependents
  /** By an extra that someone asks for. */
  readonly byExtras: Dependents
}

function graphOf(
  distributions: readonly Installed[],
  directNames: readonly string[] | ReadonlySet<string> | undefined,
  requirementsOf: RequirementsOf,
): Graph {
  const names = new Set(distributions.map(({ name }) => name))
  const required = dependentsOf(distributions, names, (one) =>
    requirementsOf(one.metadata).map(distributionName),
  )
  const project = directNames && [...directNames].flatMap((text) => parseRequiredName(text) ?? [])
  const asked = extrasAskedFor([
    ...(project ?? []),
    ...distributions.flatMap(({ metadata }) => requiredNames(metadata)),
  ])
  const forExtras: Graph['forExtras'] = (isOn) =>
    dependentsOf(distributions, names, ({ name, metadata }) =>
      requiredNames(metadata)
        .filter(({ onlyFor }) => onlyFor.some((extra) => isOn(name, extra)))
        .map((requirement) => requirement.name),
    )
  const byExtras = forExtras((name, extra) => asked.get(name)?.has(extra) === true)
  return { names, project, required, forExtras, byExtras }
}

/** From a package towards the project: the requirer that is nearest to it, and how far it is. */
interface Step {
  readonly next: string | undefined
  readonly distance: number
}

/** Adds the steps of all that can be reached from those that are known. */
function reach(steps: Map<string, Step>, dependents: Dependents): void {
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

/** For each distribution those that require it. */
type Dependents = ReadonlyMap<string, ReadonlySet<string>>

function dependentsOf(
  distributions: readonly Installed[],
  names: ReadonlySet<string>,
  requires: (one: Installed) => readonly string[],
): Dependents {
  const dependents = new Map<string, Set<string>>()
  for (const one of distributions) {
    for (const required of requires(one)) {
      if (required === one.name || !names.has(required)) continue
      const known = dependents.get(required)
      if (known) known.add(one.name)
      else dependents.set(required, new Set([one.name]))
    }
  }
  return dependents
}

function extrasAskedFor(requirements: readonly RequiredName[]): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>()
  for (const { name, extras, onlyFor } of requirements) {
    if (extras.length === 0 || onlyFor.length > 0) continue
    const known = asked.get(name)
    if (known) extras.forEach((extra) => known.add(extra))
    else asked.set(name, new Set(extras))
  }
  return asked
}

function requiredNames({ requiresDist }: Metadata): readonly RequiredName[] {
  return requiresDist.flatMap((text) => parseRequiredName(text) ?? [])
}

function always(metadata: Metadata): readonly string[] {
  return requiredNames(metadata).flatMap(({ name, onlyFor }) => (onlyFor.length === 0 ? [name] : []))
}

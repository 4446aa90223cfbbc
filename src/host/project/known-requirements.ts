import { parseKeptPackages, renderKeptPackages } from '../../project/kept-lock.ts'
import type { LockedPackage } from '../../project/lock.ts'
import { cacheKey, type TextCache } from './read-lock.ts'
import type { RequirementItem } from './requirements-files.ts'

interface Question {
  /** Pinned, with hashes. */
  readonly items: readonly RequirementItem[]
  /** Of everything but the items that decides the answer. */
  readonly key: string
  readonly cache: TextCache
  /** Looks some of the items up. */
  readonly look: (items: readonly RequirementItem[]) => Promise<readonly LockedPackage[]>
}

/** What was found for a name; for one whose marker never holds, nothing. */
interface Answer {
  readonly lines: string
  readonly packages: string
}

/**
 * The packages of pinned requirements, by name. What was found for a name the last time is kept as long as its lines
 * stay the same: an update of one package asks the index for that one alone.
 */
export async function lookUpChanged({
  items,
  key,
  cache,
  look,
}: Question): Promise<readonly LockedPackage[]> {
  const lines = linesByName(items)
  // What an address holds may be any package.
  if (lines === undefined) return look(items)
  const kept = await cache.get(key)
  const before = new Map(kept === undefined ? [] : (JSON.parse(kept) as [string, Answer][]))
  const isKnown = (name: string): boolean => before.get(name)?.lines === lines.get(name)
  const open = items.filter((item) => item.kind === 'named' && !isKnown(item.requirement.name))
  const found = open.length === 0 ? [] : await look(open)

  const answers = [...lines].map(([name, own]): [string, Answer] => {
    const known = before.get(name)
    if (known?.lines === own) return [name, known]
    return [name, { lines: own, packages: renderKeptPackages(found.filter((one) => one.name === name)) }]
  })
  await cache.put(key, JSON.stringify(answers))
  return answers.flatMap(([name, { packages }]) => parseKeptPackages(packages, name))
}

/** A digest of the lines of each name, in the order of the names. */
function linesByName(items: readonly RequirementItem[]): ReadonlyMap<string, string> | undefined {
  const lines = new Map<string, unknown[]>()
  for (const item of items) {
    if (item.kind !== 'named') return undefined
    const { name } = item.requirement
    lines.set(name, [...(lines.get(name) ?? []), item.text, item.hashes])
  }
  // A line may hold credentials.
  return new Map([...lines].sort().map(([name, parts]) => [name, cacheKey(parts)]))
}

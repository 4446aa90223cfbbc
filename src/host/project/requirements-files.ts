import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Failure } from '../../failure.ts'
import { parseRequirements, type RequirementsItem } from '../../project/requirements.ts'
import { decodeRequirements } from '../../project/requirements-lines.ts'
import { joinOptions, noOptions, type IndexOptions } from '../../project/requirements-options.ts'

/** A requirements file with all that it includes. */
export interface Requirements {
  readonly items: readonly RequirementItem[]
  readonly constraints: readonly RequirementItem[]
  /** Constraints that are an address, which uv fetches itself. */
  readonly remoteConstraints: readonly string[]
  readonly options: IndexOptions
}

export type RequirementItem = Exclude<RequirementsItem, { kind: 'include' }>

type Variables = Readonly<Record<string, string | undefined>>

/** Reads a requirements file and follows `-r` and `-c`; throws Failure for a missing file or a circle. */
export async function readRequirements(
  context: string,
  shown: string,
  variables: Variables,
): Promise<Requirements> {
  return readOne(context, join(context, shown), [], undefined, variables)
}

async function readOne(
  context: string,
  path: string,
  parents: readonly string[],
  place: string | undefined,
  variables: Variables,
): Promise<Requirements> {
  const at = place === undefined ? '' : `${place}: `
  if (parents.includes(path)) {
    const circle = [...parents.slice(parents.indexOf(path)), path].map((file) => relative(context, file))
    throw new Failure('usage', `${at}requirements files include each other: ${circle.join(' → ')}`)
  }
  const shown = relative(context, path)
  const bytes = await readFile(path).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Failure('usage', `${at}${shown} ${missing ? 'does not exist' : 'cannot be read'}`, { cause })
  })
  const parsed = parseRequirements(decodeRequirements(bytes), shown, variables)
  const items: RequirementItem[] = []
  const constraints: RequirementItem[] = []
  const remoteConstraints: string[] = []
  let options = joinOptions(noOptions, parsed.options)
  for (const item of parsed.items) {
    if (item.kind !== 'include') {
      items.push(item)
    } else if (/^https?:/i.test(item.path)) {
      if (!item.constraint) throw new Failure('usage', `${item.place}: an included file must be a file here`)
      remoteConstraints.push(item.path)
    } else {
      const inner = join(dirname(path), item.path)
      const included = await readOne(context, inner, [...parents, path], item.place, variables)
      if (item.constraint) constraints.push(...included.items)
      else items.push(...included.items)
      constraints.push(...included.constraints)
      remoteConstraints.push(...included.remoteConstraints)
      options = joinOptions(included.options, options)
    }
  }
  return { items, constraints, remoteConstraints, options }
}

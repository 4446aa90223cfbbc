import { Failure } from '../../failure.ts'
import type { Descriptor } from '../../image/manifest.ts'
import {
  type RepositoryReference,
  formatRepositoryReference,
  parseRepositoryReference,
} from '../../image/reference.ts'
import { annotations } from './layout.ts'

/** Full names from what a user typed; throws Failure for one that is none. */
export function parseNames(names: readonly string[]): readonly RepositoryReference[] {
  return names.map((name) => {
    const parsed = parseRepositoryReference(name.replace(/^docker:\/\//, ''))
    if (!parsed || parsed.digest !== undefined) {
      throw new Failure('usage', `${JSON.stringify(name)} cannot be the name of an image`, {
        hint: 'write it as NAME:TAG or REGISTRY/NAME:TAG in lower case, without a digest',
      })
    }
    return parsed
  })
}

/** The shortest spelling, as Docker shows names: `example:1` for `docker.io/library/example:1`. */
export function familiarName(name: RepositoryReference): string {
  return formatRepositoryReference(name).replace(/^docker\.io\/(?:library\/)?/, '')
}

/**
 * The entries of an `index.json` that give an image its names: a plain tag, full names as containerd and buildx write
 * them, or one entry without a name.
 */
export function namedDescriptors(
  root: Descriptor,
  tag: string | undefined,
  names: readonly RepositoryReference[],
): readonly Descriptor[] {
  const own = tag === undefined ? [] : [{ [annotations.refName]: tag }]
  const full = names.map((name) => ({
    [annotations.containerdName]: formatRepositoryReference(name),
    [annotations.refName]: name.tag ?? 'latest',
  }))
  const all = [...own, ...full]
  return all.length === 0 ? [root] : all.map((named) => ({ ...root, annotations: named }))
}

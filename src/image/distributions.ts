import { parseBytecode } from './bytecode.ts'
import { type Candidate, findCandidates } from './candidates.ts'
import { claimOf } from './claims.ts'
import type { Filesystem } from './filesystem.ts'
import { distributionName } from './metadata.ts'
import { createPlaces } from './place.ts'
import { createTree, type Tree } from './tree.ts'

/** An installed distribution and the files of the image that are its own: of an editable one not its modules. */
export interface Distribution extends Candidate {
  /** Normalised (PEP 503). */
  readonly name: string
  readonly version: string
  /** Paths of files that belong to it and to no other distribution. */
  readonly files: readonly string[]
  /** The program that installed it, as it wrote in INSTALLER; conda writes records of its own. */
  readonly installer: string | undefined
  /** The files were found by names, since no list of them is in the image. */
  readonly estimated: boolean
}

/**
 * All distributions of an image, in every folder that has any, by location and name, and the packages of conda
 * environments that are no Python. Each file belongs to the first that claims it, and what is compiled into
 * `__pycache__` to the owner of its source. A copy that another distribution brings along (vendored) is no
 * distribution, nor is what lies in a path of `leftOut`: an installer's cache holds distributions too.
 */
export function findDistributions(
  filesystem: Filesystem,
  leftOut: Pick<ReadonlySet<string>, 'has'> = new Set(),
): readonly Distribution[] {
  const place = createPlaces(filesystem)
  const tree = walkedOnce(createTree(filesystem))
  const owners = new Map<string, number>()
  const found: (Omit<Distribution, 'files'> & { files: string[] })[] = []
  for (const candidate of findCandidates(filesystem, leftOut)) {
    const { info, metadata, conda } = candidate
    if (isOwned(filesystem, info, owners)) continue
    const claim = claimOf(filesystem, candidate, tree)
    const files: string[] = []
    for (const path of claim.paths) {
      const real = place(path)
      if (real === undefined || owners.has(real) || filesystem.files.get(real)?.entry.type === 'directory')
        continue
      owners.set(real, found.length)
      files.push(real)
    }
    found.push({
      ...candidate,
      name: distributionName(metadata.name),
      version: metadata.version,
      files,
      installer: installerOf(filesystem.texts.get(`${info}/INSTALLER`)) ?? (conda && 'conda'),
      estimated: claim.estimated,
    })
  }
  for (const path of filesystem.files.keys()) {
    const source = parseBytecode(path)?.source
    const owner = source === undefined || owners.has(path) ? undefined : owners.get(source)
    if (owner !== undefined) found[owner]?.files.push(path)
  }
  return found
}

/** The first line, as far as it can be a program's name. */
function installerOf(text: string | undefined): string | undefined {
  return /^[^\S\n]*([\w.+-]{1,40})/.exec(text ?? '')?.[1]
}

/** What is below a folder belongs to the first that asks: another look at the same folder finds nothing. */
function walkedOnce(tree: Tree): Tree {
  const walked = new Set<string>()
  return {
    modules: (folder, name) => tree.modules(folder, name),
    filesBelow: (folder) => {
      if (walked.has(folder)) return []
      walked.add(folder)
      return tree.filesBelow(folder)
    },
  }
}

function isOwned({ files }: Filesystem, info: string, owners: ReadonlyMap<string, number>): boolean {
  if (files.get(info)?.entry.type === 'file') return owners.has(info)
  return owners.has(`${info}/METADATA`) || owners.has(`${info}/PKG-INFO`) || owners.has(`${info}/RECORD`)
}

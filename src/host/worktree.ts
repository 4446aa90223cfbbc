import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { git, type GitContext } from './git.ts'

/**
 * Lends a folder as it is at a commit to `use`, with the repository around it checked out beside the user's own, which
 * stays as it is. A commit that a shallow clone lacks is fetched. Throws Failure where it cannot be had.
 */
export async function atCommit<T>(
  folder: string,
  commit: string,
  context: GitContext,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const inside = (await git(folder, ['rev-parse', '--show-prefix'], context))?.trim()
  if (inside === undefined) throw new Failure('build', `${folder} is in no git repository`)
  await fetchMissing(folder, commit, context)
  const parent = await mkdtemp(join(context.env['TMPDIR'] ?? tmpdir(), 'pydeps-image-'))
  const tree = join(parent, 'tree')
  // Hooks of the user are for the user's own work.
  const quiet = ['-c', 'core.hooksPath=/dev/null']
  try {
    const made = await git(
      folder,
      [...quiet, 'worktree', 'add', '--quiet', '--detach', tree, commit],
      context,
    )
    if (made === undefined) throw new Failure('build', `git cannot check out ${commit}`)
    return await use(join(tree, inside))
  } finally {
    // A run that was stopped has to clean up all the same.
    await git(folder, ['worktree', 'remove', '--force', tree], { env: context.env })
    await rm(parent, { recursive: true, force: true })
    await git(folder, ['worktree', 'prune'], { env: context.env })
  }
}

async function fetchMissing(folder: string, commit: string, context: GitContext): Promise<void> {
  const has = (): Promise<string | undefined> =>
    git(folder, ['cat-file', '-e', `${commit}^{commit}`], context)
  if ((await has()) !== undefined) return
  const shallow = (await git(folder, ['rev-parse', '--is-shallow-repository'], context))?.trim() === 'true'
  const depth = shallow ? ['--depth=1'] : []
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depth]
  await git(folder, ['fetch', ...options, 'origin', commit], context)
  if ((await has()) === undefined) {
    throw new Failure('build', `${commit} is not in the checkout and cannot be fetched`, {
      hint: 'let the checkout step keep its credentials, or fetch the base branch with fetch-depth: 0',
    })
  }
}

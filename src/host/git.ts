import { Failure } from '../failure.ts'
import type { CommitGraph } from '../ports.ts'
import { run } from './process.ts'

export interface GitContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

/** A hook of git starts its programs with these, which name a repository whatever the folder. */
const ownFolderOnly = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined }

/**
 * What git says; undefined when it fails or is not there. Throws Failure where it refuses a folder of another user,
 * which would pass for a repository that is missing.
 */
export async function git(
  folder: string,
  args: readonly string[],
  { env, signal }: GitContext,
): Promise<string | undefined> {
  const result = await run('git', ['-C', folder, ...args], {
    env: { ...env, ...ownFolderOnly, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof Failure) return undefined
    throw error
  })
  if (result && /dubious ownership/.test(result.stderr)) {
    throw new Failure('build', `git does not read the repository of ${folder}: it belongs to another user`, {
      hint: `allow it with: git config --global --add safe.directory ${folder}`,
    })
  }
  return result?.code === 0 ? result.stdout : undefined
}

/** Commits as the repository around a folder has them; all undefined where there is none, or git does not read it. */
export function createCommitGraph(folder: string, context: GitContext): CommitGraph {
  const ask = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      return await git(folder, args, context)
    } catch (error) {
      if (error instanceof Failure) return undefined
      throw error
    }
  }
  const isShallow = async (): Promise<boolean> =>
    (await ask('rev-parse', '--is-shallow-repository'))?.trim() !== 'false'
  return {
    async head() {
      // A shallow clone has cut the parents off, but not out of the commit's own text.
      const text = await ask('cat-file', 'commit', 'HEAD')
      const sha = (await ask('rev-parse', '--verify', 'HEAD'))?.trim()
      if (text === undefined || sha === undefined) return undefined
      const header = text.split('\n\n')[0] ?? ''
      return { sha, parents: [...header.matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, p = '']) => p) }
    },
    async ancestors(sha, limit) {
      const listed = await ask(
        'rev-list',
        '--first-parent',
        `--max-count=${limit}`,
        '--end-of-options',
        sha,
        '--',
      )
      const commits = listed?.split('\n').filter((line) => line !== '') ?? []
      if (commits.length === 0 || (commits.length < limit && (await isShallow()))) return undefined
      return commits
    },
    async mergeBase(one, other) {
      // What is beyond a shallow clone's edge may be a better one.
      if (await isShallow()) return undefined
      return (await ask('merge-base', '--end-of-options', one, other))?.trim()
    },
  }
}

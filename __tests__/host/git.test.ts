import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCommitGraph } from '../../src/host/git.ts'
import { atCommit } from '../../src/host/worktree.ts'
import { createRepository, type TestRepository } from '../fixtures/repository.ts'

const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
const signal = new AbortController().signal

let folder: string
let repository: TestRepository
/** Commits of main, oldest first, and a merge of a topic branch into the second one. */
const commits: string[] = []
let topic: string
let merge: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pydeps-image-git-'))
  repository = await createRepository(join(folder, 'git'))
  for (const n of [1, 2, 3]) commits.push(await repository.commit('main', { 'api/app.py': `print(${n})\n` }))
  topic = await repository.commit('topic', { 'api/other.py': 'pass\n' }, { from: commits[1] ?? '' })
  merge = repository.merge('main', topic, 'refs/pull/1/merge')
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const clone = (depth: number | 'all', sha = merge): Promise<string> =>
  mkdtemp(join(folder, 'clone-')).then((to) => repository.checkout(sha, to, { depth }))

describe('commits, as a checkout knows them', () => {
  it('a whole history has ancestors along first parents, and a merge base', async () => {
    const graph = createCommitGraph(join(await clone('all'), 'api'), { env, signal })
    const [first = '', second = '', third = ''] = commits
    expect(await graph.head()).toEqual({ sha: merge, parents: [third, topic] })
    expect(await graph.ancestors(merge, 10)).toEqual([merge, third, second, first])
    expect(await graph.ancestors(merge, 2)).toEqual([merge, third])
    expect(await graph.mergeBase(topic, third)).toBe(second)
    expect(await graph.ancestors('f'.repeat(40), 10)).toBeUndefined()
    expect(await graph.ancestors('--all', 10)).toBeUndefined()
  }, 60_000)

  it('a shallow one knows the parents of its commit, and no more', async () => {
    const graph = createCommitGraph(await clone(1), { env, signal })
    expect(await graph.head()).toEqual({ sha: merge, parents: [commits[2], topic] })
    expect(await graph.ancestors(merge, 10)).toBeUndefined()
    expect(await graph.mergeBase(merge, topic)).toBeUndefined()
  }, 60_000)

  it('without a repository, or without git, nothing is known', async () => {
    for (const graph of [
      createCommitGraph(folder, { env, signal }),
      createCommitGraph(await clone(1), { env: { ...env, PATH: folder }, signal }),
    ]) {
      expect(await graph.head()).toBeUndefined()
      expect(await graph.ancestors(merge, 10)).toBeUndefined()
    }
  }, 60_000)
})

describe('a folder as it was at another commit', () => {
  const read = (inside: string): Promise<string> => readFile(join(inside, 'app.py'), 'utf8')
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8' })

  it.each(['all', 1] as const)(
    'is lent, and the user’s own stays as it was: depth %s',
    async (depth) => {
      const checkout = await clone(depth)
      const [first = ''] = commits
      const hook = join(checkout, '.git/hooks/post-checkout')
      await mkdir(join(checkout, '.git/hooks'), { recursive: true })
      await writeFile(hook, '#!/bin/sh\ntouch "$GIT_DIR/hooked" hooked\nexit 1\n', { mode: 0o755 })
      await writeFile(join(checkout, 'api/app.py'), 'edited\n')
      let lent = ''
      const text = await atCommit(join(checkout, 'api'), first, { env, signal }, (inside) => {
        lent = inside
        return read(inside)
      })
      expect(text).toBe('print(1)\n')
      await expect(read(lent)).rejects.toThrow('ENOENT')
      expect(git(checkout, 'worktree', 'list').trim().split('\n')).toHaveLength(1)
      expect(git(checkout, 'status', '--porcelain')).toBe(' M api/app.py\n')
      expect(git(checkout, 'rev-parse', 'HEAD').trim()).toBe(merge)
    },
    60_000,
  )

  it('is gone also after what failed in it', async () => {
    const checkout = await clone('all')
    const fails = atCommit(checkout, topic, { env, signal }, () => Promise.reject(new Error('no wheel')))
    await expect(fails).rejects.toThrow('no wheel')
    expect(git(checkout, 'worktree', 'list').trim().split('\n')).toHaveLength(1)
  }, 60_000)

  it('cannot be had of a commit that no one has, or without a repository', async () => {
    const use = (): Promise<void> => Promise.resolve()
    await expect(atCommit(await clone(1), 'f'.repeat(40), { env, signal }, use)).rejects.toThrow(
      /is not in the checkout and cannot be fetched/,
    )
    await expect(atCommit(folder, topic, { env, signal }, use)).rejects.toThrow(/is in no git repository/)
  }, 60_000)
})

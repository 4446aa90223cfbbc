import * as v from 'valibot'
import type { GitHub } from '../github/client.ts'
import type { SourceRun } from './source.ts'

/** The pull request that a run was for, or why there is none to write to. */
export type Binding =
  { readonly kind: 'bound'; readonly number: number } | { readonly kind: 'skip'; readonly why: string }

const place = v.object({
  sha: v.string(),
  // A fork that was deleted is null.
  repo: v.nullable(v.object({ full_name: v.string() })),
})
const pullSchema = v.object({
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  head: place,
  base: place,
})

/**
 * Finds the one open pull request whose head is the commit that was measured. Nothing that the run left is asked: a
 * stranger's run could name any pull request. GitHub's own event does not name one for a fork, and knows no pull
 * request by a fork's commit. Throws GitHubError.
 */
export async function bind(github: GitHub, run: SourceRun): Promise<Binding> {
  const skip = (why: string): Binding => ({ kind: 'skip', why })
  if (run.event !== 'pull_request')
    return skip(`the run was for ${JSON.stringify(run.event)}, not a pull request`)
  if (run.headRepository === undefined) return skip('the repository of the pull request is gone')
  if (run.headBranch === undefined) return skip('the branch of the pull request is gone')
  const [owner = ''] = run.headRepository.split('/')
  const found: number[] = []
  const query = { state: 'open', head: `${owner}:${run.headBranch}` }
  for await (const item of github.list(`/repos/${run.repository}/pulls`, query)) {
    const pull = v.safeParse(pullSchema, item)
    if (!pull.success) continue
    const { number, head, base } = pull.output
    if (head.sha !== run.headSha || head.repo?.full_name !== run.headRepository) continue
    if (base.repo?.full_name === run.repository) found.push(number)
  }
  const [number] = found
  if (number === undefined) return skip('no open pull request has the measured commit as its head (any more)')
  if (found.length > 1) return skip('several open pull requests have the measured commit as their head')
  return { kind: 'bound', number }
}

import * as core from '@actions/core'
import { readFile } from 'node:fs/promises'
import { judge } from '../../budget/evaluate.ts'
import { worst } from '../../budget/verdict.ts'
import { compare } from '../../compare/compare.ts'
import { Failure } from '../../failure.ts'
import type { Inputs } from '../../inputs.ts'
import { visible } from '../../report/escape.ts'
import { comment, tellCommented } from '../comment/comment.ts'
import { troubleOf } from '../comment/trouble.ts'
import { GitHubError } from '../github/error.ts'
import { type GitHubAccess, withGitHub } from '../github/from-env.ts'
import { readInputs } from '../inputs.ts'
import { hasLabel, labelsOf } from '../labels.ts'
import { createPatience } from '../patience.ts'
import { writeSummary } from '../summary.ts'
import type { Told } from '../told.ts'
import { bind } from './bind.ts'
import type { HandedReport } from './document.ts'
import { type Fetched, fetchHandovers } from './fetch.ts'
import { parseSourceRun, type SourceRun } from './source.ts'
import type { CommentOutput } from './tables.ts'

/** Milliseconds for finding and fetching what a run left. */
const most = 45_000

/**
 * Posts what the jobs of another workflow's run handed over. The run may have been a stranger's: who it was for is
 * found out from GitHub, what it left is numbers and names, and they are compared, judged and rendered here.
 * Throws Failure (usage) for wrong inputs and on another event.
 */
export async function publish(env: NodeJS.ProcessEnv): Promise<void> {
  const { inputs, settings } = readInputs(core.getInput, { cwd: process.cwd() })
  const { token } = settings
  const event: unknown = JSON.parse(await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))
  const source = parseSourceRun(event, env['GITHUB_EVENT_NAME'])
  if (token === undefined) throw new Failure('usage', 'the input token is empty', { hint: 'leave it out' })
  const access = { env, token, patience: createPatience() }
  const found = await find(source, access)
  if (found === undefined) return
  const { number, fetched } = found
  const { acceptLabel } = settings
  const pull = { repository: source.repository, number }
  const labels = acceptLabel === undefined ? undefined : await labelsOf(pull, access)
  const acceptedBy =
    acceptLabel !== undefined && hasLabel(labels ?? [], acceptLabel) ? acceptLabel : undefined
  const all: Told['reports'][number][] = []
  for (const { attempt, handover } of fetched) {
    const reports = handover.reports.map((handed) => reportOf(handed, inputs, acceptedBy))
    const mark = { run: source.id, attempt, sha: source.headSha }
    const target = { pull, mark, isFork: false, workflow: source.workflow }
    tellCommented(await comment(reports, target, settings, access))
    all.push(...reports)
  }
  if (all.length === 0) return
  setOutput('verdict', worst(all.map(({ verdict }) => verdict.overall)))
  setOutput('pull-request', String(number))
  await writeSummary(all)
}

function setOutput(name: CommentOutput, value: string): void {
  core.setOutput(name, value)
}

async function find(
  source: SourceRun,
  access: GitHubAccess & { readonly token: string },
): Promise<{ readonly number: number; readonly fetched: readonly Fetched[] } | undefined> {
  try {
    return await withGitHub(access, most, async (github) => {
      const binding = await bind(github, source)
      if (binding.kind === 'skip') {
        core.notice(`nothing to post: ${visible(binding.why)}`)
        return undefined
      }
      const fetched = await fetchHandovers(github, source, (why) => core.warning(visible(why)))
      if (fetched.length === 0) core.notice('nothing to post: the run left no figures of an image')
      return { number: binding.number, fetched }
    })
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    tellCommented({ kind: 'failed', trouble: troubleOf(error, false) })
    return undefined
  }
}

/** Judged by the rules of this workflow, whatever the run was told. */
function reportOf(
  { name, measurement, base, baselineText, history }: HandedReport,
  { failOn, warnOn }: Pick<Inputs, 'failOn' | 'warnOn'>,
  acceptedBy: string | undefined,
): Told['reports'][number] {
  const delta = base && compare(measurement, base)
  const verdict = judge({ failOn, warnOn }, measurement, delta, { history, acceptedBy })
  return { name, measurement, delta, baselineText, history, verdict, notes: [], outputs: [] }
}

import * as core from '@actions/core'
import { historyPoint, rollForward } from '../../compare/history.ts'
import type { FileCache } from '../../file-cache.ts'
import type { BaselineSearch, CommitGraph, ImageIdentity } from '../../ports.ts'
import { capped, visible } from '../../report/escape.ts'
import { inert } from '../fence.ts'
import type { Occasion } from '../occasion.ts'
import type { Patience } from '../patience.ts'
import type { Settings } from '../settings.ts'
import type { Told } from '../told.ts'
import { createEntries } from './entries.ts'
import { findDocument } from './find.ts'
import { localLineage, remoteLineage } from './lineage.ts'
import { type Wanted, wantedOf } from './wanted.ts'

export interface BaselineContext {
  readonly occasion: Occasion
  readonly settings: Pick<Settings, 'baseline' | 'token'>
  /** Undefined where nothing is kept from run to run. */
  readonly cache: FileCache | undefined
  readonly env: NodeJS.ProcessEnv
  readonly patience: Patience
}

/** The baselines of a repository, as one run meets them. Nothing here throws. */
export interface Baselines {
  find(identity: ImageIdentity, graph: CommitGraph): Promise<BaselineSearch>
  /** Keeps what was measured, where the run is of a branch that others are compared with. */
  keep(identity: ImageIdentity, reports: Told['reports']): Promise<void>
}

export function createBaselines({ occasion, settings, cache, env, patience }: BaselineContext): Baselines {
  /** What the checkout has, where that is known: another commit than the run's is not the branch's. */
  let checkedOut: string | undefined
  const next = (wanted: Wanted): string => (isForOthers(occasion) ? later : advice(wanted))
  const access = { env, token: settings.token, patience }

  return {
    async find(identity, graph) {
      checkedOut = (await graph.head())?.sha
      const wanted = await wantedOf(occasion, graph)
      const build =
        settings.baseline === 'build' && wanted !== undefined && wanted.commit !== occasion.sha
          ? { commit: wanted.commit, text: nameOf(wanted) }
          : undefined
      const missing = (why: string): BaselineSearch => ({
        kind: 'missing',
        note: `there is no baseline to compare with: ${why}`,
        build,
      })
      if (cache === undefined) return missing('`cache: false` keeps no measurements from run to run')
      if (wanted === undefined) return missing(`nothing was pushed before; ${later}`)
      const found = await findDocument(createEntries(cache, identity, env), wanted, {
        local: await localLineage(graph, wanted.commit),
        remote: () => remoteLineage(wanted.commit, occasion.repository, access),
      })
      switch (found.kind) {
        case 'found':
          return { kind: 'found', baseline: { text: found.text, images: found.document.images } }
        case 'failed':
          return missing(capped(visible(found.reason), 200))
        case 'missing':
          return missing(`nothing was measured at ${nameOf(wanted)} or before it; ${next(wanted)}`)
      }
    },
    async keep(identity, reports) {
      const { event, sha } = occasion
      if (cache === undefined || !isForOthers(occasion) || !('branch' in event)) return
      if (checkedOut !== undefined && checkedOut !== sha) {
        core.info(inert(`no baseline is kept: ${checkedOut} was built, and ${event.branch} is at ${sha}`))
        return
      }
      const images = reports.map(({ measurement, history = [] }) => ({
        measurement,
        history: rollForward(history, historyPoint(sha, measurement)),
      }))
      const document = { commit: sha, branch: event.branch, images }
      const outcome = await createEntries(cache, identity, env).save(document)
      if (outcome.kind === 'failed') {
        const text = `no baseline was kept for pull requests: ${capped(visible(outcome.reason), 500)}`
        if (outcome.severity === 'warning') core.warning(text)
        else core.info(inert(text))
      }
    },
  }
}

/** What a run says that is itself what the advice is to run. */
const later = 'later runs are compared with what this one measures'

/** Whether what this run measures is what others are compared with. */
function isForOthers({ event }: Occasion): boolean {
  return event.kind === 'push' || (event.kind === 'branch' && event.isDefault)
}

function nameOf({ branch, commit }: Wanted): string {
  return `${branch === undefined ? '' : `${branch}@`}${commit.slice(0, 7)}`
}

function advice({ branch }: Wanted): string {
  return `run this workflow on pushes to ${branch ?? 'the default branch'} once`
}

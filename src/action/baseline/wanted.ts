import type { CommitGraph } from '../../ports.ts'
import type { Occasion } from '../occasion.ts'

/** The commit to compare with. */
export interface Wanted {
  readonly commit: string
  /** The branch it is on, where the event says. */
  readonly branch: string | undefined
  /** What the commit is to this run, for people: what an older one is behind of. */
  readonly role: string
}

/**
 * The commit that a run is compared with: of a pull request what its checkout was merged into, of a push what the
 * branch was at before, of anything else the commit itself.
 */
export async function wantedOf({ event, sha }: Occasion, graph: CommitGraph): Promise<Wanted | undefined> {
  switch (event.kind) {
    case 'pull_request': {
      const { base, head } = event
      const out = await graph.head()
      const [into, merged] = out?.parents ?? []
      // The event may know an older tip of the base than the one that was merged.
      const commit =
        into !== undefined && merged === head
          ? into
          : ((await graph.mergeBase(out?.sha ?? head, base.sha)) ?? base.sha)
      return { commit, branch: base.branch, role: 'the merge base' }
    }
    case 'merge_group':
      return { commit: event.base.sha, branch: event.base.branch, role: 'the base of the queue' }
    case 'push': {
      const commit = event.before ?? (await graph.head())?.parents[0]
      return commit === undefined
        ? undefined
        : { commit, branch: event.branch, role: 'the commit before this push' }
    }
    case 'branch':
      return { commit: sha, branch: event.branch, role: 'this commit' }
    case 'other':
      return { commit: sha, branch: undefined, role: 'this commit' }
  }
}

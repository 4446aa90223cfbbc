import type { CacheFailure } from '../../file-cache.ts'
import type { BaselineDocument } from './document.ts'
import { type BaselineEntries, commitsAtOnce } from './entries.ts'
import type { Wanted } from './wanted.ts'

/** Who knows what came before a commit: the checkout at once, GitHub when asked; each may not. */
export interface Lineages {
  readonly local: readonly string[] | undefined
  readonly remote: () => Promise<readonly string[] | undefined>
}

export type Found =
  | { readonly kind: 'found'; readonly document: BaselineDocument; readonly text: string }
  | { readonly kind: 'missing' }
  | CacheFailure

/**
 * The measurement of the wanted commit; of its nearest ancestor that has one; or the newest that there is. One question
 * where the commit itself was measured, and a few at most.
 */
export async function findDocument(
  entries: BaselineEntries,
  wanted: Wanted,
  lineages: Lineages,
): Promise<Found> {
  const { commit } = wanted
  const exact = await entries.ofFirst((lineages.local ?? [commit]).slice(0, commitsAtOnce))
  if (exact.kind === 'failed') return exact
  if (exact.kind === 'found' && exact.document.commit === commit) {
    return told(exact.document, wanted, [commit])
  }
  const line = lineages.local ?? (await lineages.remote()) ?? [commit]
  if (exact.kind === 'found') return told(exact.document, wanted, line)
  if (lineages.local === undefined && line.length > 1) {
    const near = await entries.ofFirst(line.slice(1, 1 + commitsAtOnce))
    if (near.kind === 'failed') return near
    if (near.kind === 'found') return told(near.document, wanted, line)
  }
  const newest = await entries.newest()
  if (newest.kind !== 'found') return newest
  const older = measuredIn(newest.document, line)
  if (older === undefined || older === newest.document.commit) return told(newest.document, wanted, line)
  const far = await entries.ofFirst([older])
  return told(far.kind === 'found' ? far.document : newest.document, wanted, line)
}

/** The first commit of a line that a branch has measured, by its history. */
function measuredIn({ commit, images }: BaselineDocument, line: readonly string[]): string | undefined {
  const measured = new Set([commit, ...images.flatMap(({ history }) => history.map((point) => point.commit))])
  return line.find((one) => measured.has(one))
}

function told(document: BaselineDocument, { role }: Wanted, line: readonly string[]): Found {
  const at = `${document.branch}@${document.commit.slice(0, 7)}`
  const behind = line.indexOf(document.commit)
  const text =
    behind === 0
      ? at
      : behind > 0
        ? `${at}, ${behind} commit${behind === 1 ? '' : 's'} behind ${role}`
        : `${at}, the newest measured, which is not before ${role}`
  return { kind: 'found', document, text }
}

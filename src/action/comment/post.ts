import { setTimeout as sleep } from 'node:timers/promises'
import type { GitHub } from '../github/client.ts'
import { GitHubError } from '../github/error.ts'
import { loginOf } from './author.ts'
import { composeBody, latest, parseSections, roomFor, type Section } from './body.ts'
import {
  type Comment,
  createComment,
  deleteComment,
  headOf,
  markedComments,
  type PullRequest,
  updateComment,
} from './comments.ts'
import { isLater, type RunMark } from './run-mark.ts'

/** What one job wants to say in the comment with an id. */
export interface Posting {
  readonly pull: PullRequest
  /** Id of the comment, which may have the sections of other jobs. */
  readonly comment: string
  /** Id of the job's own section. */
  readonly section: string
  readonly mark: RunMark
  /** The section's text, of at most so many characters. */
  readonly render: (maxCharacters: number) => string
  /** Whether to make a comment where there is none. */
  readonly create: boolean
  /** Whether other jobs of the run write into the same comment. */
  readonly shared: boolean
}

export type Posted =
  | { readonly kind: 'created' | 'updated'; readonly address: string }
  /** There is none, and none was wanted. */
  | { readonly kind: 'none' }
  /** A later run has spoken. */
  | { readonly kind: 'superseded' }

const rounds = 16

/**
 * Milliseconds for which a job goes on looking at a comment that others write too. Whoever looked before it wrote, and
 * is held up for less than that, overwrites it while it is still there to see.
 */
const watch = 2500
/** Milliseconds after which what was seen is too old to be written over; the rest of the watch is for the writing. */
const fresh = 1000

/**
 * Puts a section into its comment. GitHub has no update on a condition, and jobs write at the same time: so every
 * write is looked at again after a moment, and made again until the section is in, none of the others that were seen
 * is lost, and there is one comment. Throws GitHubError.
 */
export async function post(github: GitHub, posting: Posting): Promise<Posted> {
  const { pull, comment: id, shared } = posting
  let author: string | undefined
  let made: Comment | undefined
  let known: readonly Section[] = []
  let written: 'created' | 'updated' | undefined
  let wroteAt = 0
  let stale = 0
  let failures = 0
  let denied = 0
  for (let round = 1; round <= rounds; round += 1) {
    const looked = performance.now()
    let pause = (shared ? 400 : 200) * (0.75 + Math.random() * Math.min(3, round))
    try {
      const marked = await markedComments(github, pull, id)
      if (marked.length > 0) author ??= await loginOf(github)
      const [target, ...extras] = marked.filter((each) => each.author === author)
      const there = [target, ...extras].flatMap((each) => (each ? parseSections(each.body) : []))
      if (await isSuperseded(github, posting, there)) {
        if (made && made.id !== target?.id) await deleteComment(github, pull, made.id)
        return { kind: 'superseded' }
      }
      known = latest([...known, ...there.filter(({ sha }) => sha === posting.mark.sha)])
      if (target === undefined) {
        if (!posting.create && written === undefined) return { kind: 'none' }
        known = withOwn(posting, known)
        made = await createComment(github, pull, composeBody(id, known))
        author = made.author
        written = 'created'
        wroteAt = performance.now()
      } else if (written !== undefined && extras.length === 0 && isSettled(target, posting, known)) {
        const left = shared ? wroteAt + watch - looked : 0
        if (left <= 0) return { kind: written, address: target.address }
        pause = Math.max(pause, left)
      } else if (shared && stale < 3 && performance.now() - looked > fresh) {
        stale += 1
        pause = 0
      } else {
        stale = 0
        known = withOwn(posting, known)
        const updated = await updateComment(github, pull, target.id, composeBody(id, known))
        written ??= 'updated'
        wroteAt = performance.now()
        // A list may be behind for a moment; one that is listed on and on is there, and the token may not change it.
        if (!updated && (denied += 1) > 3) throw cannotChange(pull, target)
        // What they said is in the first one now.
        if (updated) for (const extra of extras) await deleteComment(github, pull, extra.id)
      }
      await sleep(pause)
    } catch (error) {
      failures += 1
      // What was not answered may have been done.
      wroteAt = performance.now()
      await github.waitAfter(error, failures)
    }
  }
  throw new GitHubError(
    'broken',
    `the comment on #${pull.number} did not settle: too many jobs write it at once`,
  )
}

function cannotChange({ number }: PullRequest, { id }: Comment): GitHubError {
  return new GitHubError(
    'not-found',
    `GitHub lists comment ${id} on #${number}, and does not find it to change it`,
  )
}

/** Whether a later run has spoken: of this image, or for a later commit. */
async function isSuperseded(
  github: GitHub,
  { pull, mark, section }: Posting,
  sections: readonly Section[],
): Promise<boolean> {
  const later = sections.filter((each) => isLater(each, mark))
  if (later.some(({ sha, id }) => sha === mark.sha && id === section)) return true
  if (later.every(({ sha }) => sha === mark.sha)) return false
  // A branch may be put back to an older commit, whose run may be an old one that was started again.
  return (await headOf(github, pull)) !== mark.sha
}

function withOwn({ section, mark, render }: Posting, known: readonly Section[]): readonly Section[] {
  const others = known.filter(({ id }) => id !== section)
  return [...others, { id: section, ...mark, markdown: render(roomFor(others)) }]
}

/** Nothing of another commit is there, and all that is known; the own section from this run. */
function isSettled(target: Comment, { section, mark }: Posting, known: readonly Section[]): boolean {
  const there = parseSections(target.body)
  const own = there.find(({ id }) => id === section)
  const ids = new Set(there.map(({ id }) => id))
  return (
    own !== undefined &&
    !isLater(mark, own) &&
    known.every(({ id }) => ids.has(id)) &&
    there.every(({ sha }) => sha === mark.sha)
  )
}

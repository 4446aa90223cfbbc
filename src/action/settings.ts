import { nearestWord } from '../spelling.ts'

/** What only the action has: how it deals with GitHub around a run. */
export interface Settings {
  /** Where the baseline comes from when none is named; a named one is `against` of the run's inputs. */
  readonly baseline: 'auto' | 'build' | 'none' | 'named'
  /**
   * `auto`: not on a first run that has nothing to say; `always`: then too; `merged`: one comment for all images of
   * the repository's workflow; `never`.
   */
  readonly comment: 'auto' | 'always' | 'merged' | 'never'
  readonly token: string | undefined
  /** Label on a pull request that accepts what is over budget. */
  readonly acceptLabel: string | undefined
  /** Whether the store is kept from run to run. */
  readonly cache: boolean
  /** Whether the whole report is uploaded as an artifact. */
  readonly uploadReport: boolean
}

/** The settings as text of a workflow file; what is not given is undefined. */
export interface GivenSettings {
  readonly baseline?: string | undefined
  readonly comment?: string | undefined
  readonly token?: string | undefined
  readonly acceptLabel?: string | undefined
  readonly cache?: boolean | undefined
  readonly uploadReport?: boolean | undefined
}

const baselineWords = ['auto', 'build', 'none'] as const
const commentWords = ['auto', 'always', 'merged', 'never'] as const

/** Settings from what was given, and what to compare with when the baseline is named; problems are told to `report`. */
export function parseSettings(
  given: GivenSettings,
  report: (problem: string) => void,
): { readonly settings: Settings; readonly against: string | undefined } {
  const baseline = baselineWords.find((word) => word === (given.baseline ?? 'auto')) ?? 'named'
  const comment = commentOf(given.comment ?? 'auto')
  if (comment === undefined) report(commentProblem(given.comment ?? ''))
  const settings: Settings = Object.freeze({
    baseline,
    comment: comment ?? 'auto',
    token: given.token,
    acceptLabel: given.acceptLabel,
    cache: given.cache ?? true,
    uploadReport: given.uploadReport ?? false,
  })
  return { settings, against: baseline === 'named' ? given.baseline : undefined }
}

/** `true` and `false` are what people try first. */
function commentOf(text: string): Settings['comment'] | undefined {
  const word = text.toLowerCase()
  if (word === 'true') return 'auto'
  if (word === 'false') return 'never'
  return commentWords.find((each) => each === word)
}

function commentProblem(text: string): string {
  const meant = nearestWord(text, commentWords)
  const advice = meant === undefined ? '' : ` (did you mean ${meant}?)`
  return `comment: ${JSON.stringify(text)} is not one of ${commentWords.join(', ')}${advice}`
}

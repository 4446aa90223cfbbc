import { describe, expect, it } from '@jest/globals'
import { type Occasion, parseOccasion } from '../../src/action/occasion.ts'
import {
  mergeGroupEvent,
  plainEvent,
  pullRequestEvent,
  pushEvent,
  type RunnerEvent,
} from '../fixtures/events.ts'

const place = { repository: 'acme/api', defaultBranch: 'trunk' }
const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string]

function occasionOf({ event, payload, env }: RunnerEvent, changes: object = {}): Occasion | undefined {
  return parseOccasion(
    { ...payload, ...changes },
    { GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: 'acme/api', ...env },
  )
}

const pull = {
  ...{ number: 7, title: 'x', state: 'open' as const, locked: false, labels: ['size-ok'] },
  base: { ref: 'release/2', sha: one },
  head: { ref: 'topic', sha: two, repository: 'mallory/api' },
}

describe('an occasion', () => {
  it('of a pull request knows its base, its head and its labels', () => {
    expect(occasionOf(pullRequestEvent(place, { pull, merge: three }))).toEqual({
      repository: 'acme/api',
      sha: three,
      event: {
        ...{ kind: 'pull_request', number: 7, head: two, labels: ['size-ok'] },
        base: { branch: 'release/2', sha: one },
      },
    })
  })

  it('of a push knows the branch and where it was', () => {
    const of = (before: object): unknown =>
      occasionOf(pushEvent(place, { branch: 'feat/x', sha: two, ...before }))?.event
    expect(of({ before: one })).toEqual({ kind: 'push', branch: 'feat/x', before: one })
    expect(of({})).toEqual({ kind: 'push', branch: 'feat/x', before: undefined })
  })

  it('of a merge queue knows what it is merged into', () => {
    expect(occasionOf(mergeGroupEvent(place, { branch: 'trunk', base: one, sha: two }))?.event).toEqual({
      kind: 'merge_group',
      base: { branch: 'trunk', sha: one },
    })
  })

  it('of a clock or a hand knows whether it is on the default branch', () => {
    const of = (event: 'schedule' | 'workflow_dispatch', ref: string): unknown =>
      occasionOf(plainEvent(place, event, { ref, sha: two }))?.event
    expect(of('schedule', 'refs/heads/trunk')).toEqual({ kind: 'branch', branch: 'trunk', isDefault: true })
    expect(of('workflow_dispatch', 'refs/heads/topic')).toEqual({
      ...{ kind: 'branch', branch: 'topic', isDefault: false },
    })
  })

  it('of a tag, a release, the branch of a queue or anything else is none of a branch', () => {
    const other = { kind: 'other' }
    const tag = 'refs/tags/v1'
    expect(occasionOf(plainEvent(place, 'release', { ref: tag, sha: two }))?.event).toEqual(other)
    expect(occasionOf(plainEvent(place, 'workflow_dispatch', { ref: tag, sha: two }))?.event).toEqual(other)
    const queue = pushEvent(place, { branch: 'gh-readonly-queue/trunk/pr-1', sha: two })
    expect(occasionOf(queue)?.event).toEqual(other)
    expect(occasionOf({ event: 'issues', payload: {}, env: { GITHUB_SHA: two } })?.event).toEqual(other)
  })

  it('of a payload of another shape is no pull request', () => {
    const event = pullRequestEvent(place, { pull, merge: three })
    for (const wrong of [null, [], 'x', { number: 7 }, { ...pull, head: { sha: '--upload-pack=x' } }]) {
      expect(occasionOf(event, { pull_request: wrong })?.event).toEqual({ kind: 'other' })
    }
    expect(parseOccasion(null, { ...event.env, GITHUB_REPOSITORY: 'acme/api' })?.event).toEqual({
      kind: 'other',
    })
  })

  it('is none where the runner does not say which commit of which repository', () => {
    expect(parseOccasion({}, { GITHUB_REPOSITORY: 'acme/api' })).toBeUndefined()
    expect(parseOccasion({}, { GITHUB_REPOSITORY: '../../x', GITHUB_SHA: one })).toBeUndefined()
  })
})

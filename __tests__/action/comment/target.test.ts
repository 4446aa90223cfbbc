import { describe, expect, it } from '@jest/globals'
import { parseTarget, type Target } from '../../../src/action/comment/target.ts'

const sha = 'a'.repeat(40)
const env = {
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '9007199254',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_WORKFLOW_REF: 'acme/api/.github/workflows/image.yml@refs/pull/7/merge',
}

function targetOf(overrides: object = {}, environment: NodeJS.ProcessEnv = env): Target | undefined {
  const head = { sha, repo: { full_name: 'acme/api' } }
  return parseTarget({ pull_request: { number: 7, head, ...overrides } }, environment)
}

it('is the pull request of the event, and the run', () => {
  expect(targetOf()).toEqual({
    pull: { repository: 'acme/api', number: 7 },
    mark: { run: 9007199254, attempt: 2, sha },
    isFork: false,
    workflow: '.github/workflows/image.yml',
  })
})

it('knows a fork, also one that is gone', () => {
  expect(targetOf({ head: { sha, repo: { full_name: 'mallory/api' } } })?.isFork).toBe(true)
  expect(targetOf({ head: { sha, repo: null } })?.isFork).toBe(true)
})

it('knows the workflow by its path, or on an older runner by its name', () => {
  const older = { ...env, GITHUB_WORKFLOW_REF: undefined, GITHUB_WORKFLOW: 'Image' }
  expect(targetOf({}, older)?.workflow).toBe('Image')
  expect(targetOf({}, { ...env, GITHUB_WORKFLOW_REF: 'org/flows/.github/x.yml@v1' })?.workflow).toBe(
    'org/flows/.github/x.yml',
  )
})

describe('there is none', () => {
  it.each([
    [{ number: 0 }],
    [{ number: '7' }],
    [{ number: 1.5 }],
    [{ head: { sha: 'main', repo: null } }],
    [{ head: { sha: `${sha}\n`, repo: null } }],
    [{ head: null }],
  ])('in %j', (overrides) => {
    expect(targetOf(overrides)).toBeUndefined()
  })

  it.each([
    [{ GITHUB_REPOSITORY: '../../x' }],
    [{ GITHUB_REPOSITORY: 'acme/api/issues' }],
    [{ GITHUB_REPOSITORY: undefined }],
    [{ GITHUB_RUN_ID: undefined }],
    [{ GITHUB_RUN_ID: 'x' }],
  ])('with %j', (overrides) => {
    expect(targetOf({}, { ...env, ...overrides })).toBeUndefined()
  })

  it.each([[null], ['text'], [[]], [{}]])('in an event of %j', (event) => {
    expect(parseTarget(event, env)).toBeUndefined()
  })
})

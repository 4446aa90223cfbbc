import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { setTimeout } from 'node:timers/promises'
import { composeBody, idOf, isBodyOf, parseSections } from '../../../src/action/comment/body.ts'
import { post, type Posted, type Posting } from '../../../src/action/comment/post.ts'
import { createGitHub } from '../../../src/action/github/client.ts'
import type { GitHubError } from '../../../src/action/github/error.ts'
import { type GitHub as FakeGitHub, startGitHub } from '../../fixtures/github/github.ts'
import { commentFaults } from '../../fixtures/github/faults.ts'

let github: FakeGitHub
let number: number
beforeAll(async () => {
  github = await startGitHub()
}, 60_000)
afterAll(() => github.close())
beforeEach(() => {
  const made = github.pull({ head: { ref: 'topic', sha: sha('a') } })
  number = made.number
})
afterEach(() => {
  expect((github.violations as string[]).splice(0)).toEqual([])
  github.state.comments.clear()
})

function sha(digit: string): string {
  return digit.repeat(40)
}

const image = idOf('image', 'api')

function createPosting(overrides: Partial<Posting> = {}): Posting {
  const section = overrides.section ?? image
  const mark = overrides.mark ?? { run: 10, attempt: 1, sha: sha('a') }
  return {
    pull: { repository: github.repository, number },
    comment: image,
    section,
    mark,
    render: () => `### \`api\` of run ${mark.run}.${mark.attempt}\n`,
    create: true,
    shared: false,
    ...overrides,
  }
}

async function posting(
  overrides: Partial<Posting> = {},
  { token = github.token(), patience = 60_000, timeout = 20_000, graphql = false } = {},
): Promise<Posted> {
  const graphqlUrl = graphql ? github.graphqlUrl : undefined
  const client = createGitHub({ apiUrl: github.apiUrl, graphqlUrl, token, patience, timeout })
  try {
    return await post(client, createPosting(overrides))
  } finally {
    await client.close()
  }
}

const bodies = (): readonly string[] => github.comments(number).map(({ body }) => body)
const markOf = (run: number, attempt = 1, digit = 'a'): Posting['mark'] => ({ run, attempt, sha: sha(digit) })

describe('one job', () => {
  it('makes the comment, and updates it in place', async () => {
    expect(await posting()).toMatchObject({ kind: 'created' })
    const [before] = github.comments(number)
    expect(isBodyOf(image, before?.body ?? '')).toBe(true)
    expect(await posting({ mark: markOf(11, 1, 'b') })).toMatchObject({ kind: 'updated' })
    const comments = github.comments(number)
    expect(comments.map(({ id }) => id)).toEqual([before?.id])
    expect(comments[0]?.body).toContain('of run 11.1')
    expect(comments[0]?.body).not.toContain('of run 10.1')
  })

  it('makes none where none is wanted, but updates one that is there', async () => {
    expect(await posting({ create: false })).toEqual({ kind: 'none' })
    expect(bodies()).toEqual([])
    await posting()
    expect(await posting({ create: false, mark: markOf(12) })).toMatchObject({ kind: 'updated' })
    expect(bodies()).toEqual([expect.stringContaining('of run 12.1')])
  })

  it('finds its comment behind hundreds of others', async () => {
    await posting()
    const own = github.comments(number)[0]?.id ?? 0
    for (let i = 0; i < 250; i += 1) {
      github.comment(number, `talk ${i}`, { login: 'mona', id: 1, type: 'User' })
    }
    // Pages begin with the oldest: the one that is looked for is made the last.
    const comment = github.state.comments.get(own)
    github.state.comments.delete(own)
    if (comment) github.state.comments.set(9_000_000, { ...comment, id: 9_000_000 })
    await posting({ mark: markOf(11) })
    expect(bodies()).toHaveLength(251)
    expect(bodies().at(-1)).toContain('of run 11.1')
  }, 60_000)

  it('makes another one when its comment was deleted', async () => {
    await posting()
    github.state.comments.clear()
    await posting({ mark: markOf(11) })
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1')])
  })

  it('makes another one when its comment is deleted before it is updated', async () => {
    await posting()
    github.fail('updateComment', commentFaults['not found'], 1)
    const seen = github.requests.length
    const updating = posting({ mark: markOf(11), create: false })
    const isRefused = (): boolean => github.requests.slice(seen).some(({ method }) => method === 'PATCH')
    while (!isRefused()) await setTimeout(5)
    github.state.comments.clear()
    expect(await updating).toMatchObject({ kind: 'created' })
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1')])
  })

  it('takes no notice of a mark that someone else planted', async () => {
    const planted = composeBody(image, [{ id: image, ...markOf(99), markdown: 'planted\n' }])
    github.comment(number, planted, { login: 'mallory', id: 666, type: 'User' })
    github.comment(number, planted, { login: 'other-app[bot]', id: 667, type: 'Bot' })
    await posting()
    expect(bodies()).toEqual([planted, planted, expect.stringContaining('of run 10.1')])
    await posting({ mark: markOf(11) })
    expect(bodies()).toEqual([planted, planted, expect.stringContaining('of run 11.1')])
  })

  it('takes no notice of a comment that quotes the mark', async () => {
    await posting()
    const quoted = `> ${bodies()[0] ?? ''}`
    github.comment(number, quoted)
    await posting({ mark: markOf(11) })
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1'), quoted])
  })

  const people = [
    { login: 'mona', id: 1, type: 'User' },
    { login: 'our-app[bot]', id: 2, type: 'Bot' },
  ] as const

  it.each(people)('knows the token of $login by asking, and updates in place', async (user) => {
    const token = github.token({ user })
    await posting({}, { token, graphql: true })
    const seen = github.requests.length
    await posting({ mark: markOf(11) }, { token, graphql: true })
    expect(github.requests.slice(seen).map(({ method }) => method)).not.toContain('DELETE')
    expect(github.comments(number)).toMatchObject([
      { author: user, body: expect.stringContaining('of run 11.1') as unknown },
    ])
  })

  it.each(people)('knows the token of $login where it cannot ask: what it makes says so', async (user) => {
    const token = github.token({ user })
    await posting({}, { token })
    await posting({ mark: markOf(11) }, { token })
    expect(github.comments(number)).toMatchObject([
      { author: user, body: expect.stringContaining('of run 11.1') as unknown },
    ])
  })

  it('leaves one of several that it made before, the oldest', async () => {
    const of = (run: number): string =>
      composeBody(image, [{ id: image, ...markOf(run), markdown: `run ${run}\n` }])
    const first = github.comment(number, of(7))
    github.comment(number, of(8))
    github.comment(number, of(9))
    await posting()
    expect(github.comments(number)).toMatchObject([
      { id: first.id, body: expect.stringContaining('of run 10.1') as unknown },
    ])
  })
})

describe('a later run', () => {
  it.each([
    [markOf(11), markOf(10)],
    [markOf(10, 2), markOf(10, 1)],
    [markOf(11, 1, 'b'), markOf(10, 5, 'c')],
  ])('%j is not overwritten by %j', async (later, earlier) => {
    await posting({ mark: later })
    expect(await posting({ mark: earlier })).toEqual({ kind: 'superseded' })
    expect(bodies()).toEqual([expect.stringContaining(`of run ${later.run}.${later.attempt}`)])
  })

  it('of a commit that the branch was moved back from is overwritten', async () => {
    await posting({ mark: markOf(20, 1, 'f') })
    expect(await posting({ mark: markOf(10, 2, 'a') })).toMatchObject({ kind: 'updated' })
    expect(bodies()).toEqual([expect.stringContaining('of run 10.2')])
  })

  it('has the last word when both write at once', async () => {
    await posting({ mark: markOf(9, 1, 'c') })
    github.fail('updateComment', { together: 2 }, 2)
    await Promise.all([posting({ mark: markOf(10) }), posting({ mark: markOf(11) })])
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1')])
  }, 60_000)

  it('has the last word when both make the comment at once', async () => {
    github.fail('createComment', { together: 2 }, 2)
    await Promise.all([posting({ mark: markOf(11) }), posting({ mark: markOf(10, 1, 'c') })])
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1')])
  }, 60_000)
})

describe('eight jobs at once', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

  it('with one name leave one comment', async () => {
    github.fail('createComment', { together: 8 }, 8)
    await Promise.all(names.map(() => posting()))
    expect(bodies()).toEqual([expect.stringContaining('of run 10.1')])
  }, 120_000)

  const merged = idOf('merged', 'image.yml')
  const section = (name: string, mark = markOf(10)): Partial<Posting> => ({
    comment: merged,
    section: idOf('image', name),
    mark,
    render: () => `### ✅ \`${name}\` of run ${mark.run}.${mark.attempt}\n`,
    shared: true,
  })
  const namesIn = (body = ''): readonly string[] =>
    parseSections(body).map(({ markdown }) => /`(.)`/.exec(markdown)?.[1] ?? '')

  it('that share a comment leave one, with what each of them says', async () => {
    github.fail('createComment', { together: 8 }, 8)
    await Promise.all(names.map((name) => posting(section(name))))
    expect(bodies()).toHaveLength(1)
    expect(namesIn(bodies()[0])).toEqual(names)
  }, 120_000)

  it('that share a comment which is there lose nothing either', async () => {
    await posting(section('z'))
    github.fail('updateComment', { together: 8 }, 8)
    await Promise.all(names.map((name) => posting(section(name))))
    expect(bodies()).toHaveLength(1)
    expect(namesIn(bodies()[0])).toEqual([...names, 'z'])
  }, 120_000)

  it('lose nothing to one that was held up between its look and its write', async () => {
    await posting(section('z'))
    const updates = (): number =>
      github.requests.filter(({ operation }) => operation === 'updateComment').length
    const before = updates()
    github.fail('updateComment', { late: 2000 }, 1)
    const late = posting(section('a'))
    while (updates() === before) await setTimeout(10)
    await Promise.all([late, posting(section('b'))])
    expect(bodies()).toHaveLength(1)
    expect(namesIn(bodies()[0])).toEqual(['a', 'b', 'z'])
  }, 120_000)

  it('leave behind what was said of an earlier commit', async () => {
    await posting(section('gone', markOf(9, 1, 'c')))
    await Promise.all(names.slice(0, 3).map((name) => posting(section(name))))
    expect(bodies()).toHaveLength(1)
    expect(namesIn(bodies()[0])).toEqual(['a', 'b', 'c'])
  }, 120_000)

  it('keep what an earlier attempt said of the same commit', async () => {
    await posting(section('a'))
    await posting(section('b'))
    await posting(section('b', markOf(10, 2)))
    expect(bodies()[0]).toContain('`a` of run 10.1')
    expect(bodies()[0]).toContain('`b` of run 10.2')
  }, 120_000)
})

describe('what goes wrong', () => {
  async function failing(promise: Promise<unknown>): Promise<GitHubError> {
    return promise.then(
      () => {
        throw new Error('nothing was thrown')
      },
      (error: unknown) => error as GitHubError,
    )
  }

  it.each([
    ['bad credentials', 'unauthorized'],
    ['no permission', 'forbidden'],
    ['a locked conversation', 'locked'],
    ['a secondary rate limit', 'limited'],
    ['not found', 'not-found'],
    ['gone', 'gone'],
    ['not valid', 'invalid'],
    ['too many requests', 'limited'],
    ['a server error', 'broken'],
    ['no answer', 'unreachable'],
    ['a torn connection', 'unreachable'],
    ['a page of a proxy', 'broken'],
  ] as const)(
    '%s is told as %s',
    async (name, kind) => {
      github.fail('createComment', commentFaults[name])
      const error = await failing(posting({}, { patience: 4000, timeout: 1000 }))
      github.fail('createComment', undefined)
      expect(error).toMatchObject({ name: 'GitHubError', kind })
      expect(bodies()).toEqual([])
    },
    60_000,
  )

  it('with a comment that is listed and not found again and again is told as not found', async () => {
    await posting()
    github.fail('updateComment', commentFaults['not found'])
    const error = await failing(posting({ mark: markOf(11) }))
    github.fail('updateComment', undefined)
    expect(error).toMatchObject({ name: 'GitHubError', kind: 'not-found' })
    expect(error.message).toMatch(/^GitHub lists comment \d+ on #\d+, and does not find it to change it$/)
    expect(bodies()).toEqual([expect.stringContaining('of run 10.1')])
  }, 60_000)

  it('for a moment is tried again', async () => {
    github.fail('createComment', commentFaults['a server error'], 1)
    expect(await posting()).toMatchObject({ kind: 'created' })
    github.fail('updateComment', commentFaults['too many requests'], 1)
    expect(await posting({ mark: markOf(11) })).toMatchObject({ kind: 'updated' })
    expect(bodies()).toEqual([expect.stringContaining('of run 11.1')])
  }, 60_000)

  it('after the comment was made leaves one all the same', async () => {
    github.fail('createComment', 'lost', 2)
    await posting()
    expect(bodies()).toEqual([expect.stringContaining('of run 10.1')])
  }, 60_000)
})

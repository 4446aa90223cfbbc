import { describe, expect, it } from '@jest/globals'
import { matchesGlob } from '../../src/project/workspace.ts'

describe('matchesGlob', () => {
  it.each([
    ['packages/a', 'packages/*', true],
    ['packages/a/b', 'packages/*', false],
    ['packages/a/b', 'packages/**', true],
    ['packages', 'packages/**', true],
    ['a/b/c', '**/c', true],
    ['c', '**/c', true],
    ['packages/ab', './packages/a?/', true],
    ['packages/a.b', 'packages/a.b', true],
    ['packages/axb', 'packages/a.b', false],
    ['packages/b', 'packages/[abc]', true],
    ['packages/d', 'packages/[!abc]', true],
    ['packages/b', 'packages/[!abc]', false],
    ['packages/a+(b)', 'packages/a+(b)', true],
    ['other', 'packages/*', false],
  ])('%s in %s: %s', (path, glob, expected) => {
    expect(matchesGlob(path, glob)).toBe(expected)
  })
})

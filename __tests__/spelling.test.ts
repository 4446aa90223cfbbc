import { describe, expect, it } from '@jest/globals'
import { nearestWord } from '../src/spelling.ts'

describe('nearestWord', () => {
  const words = ['download', 'disk', 'build time', 'and', 'or']
  it.each([
    ['downlod', 'download'],
    ['Donwload', 'download'],
    ['dsik', 'disk'],
    ['build-time', 'build time'],
    ['adn', 'and'],
    ['orr', 'or'],
  ])('%s is probably %s', (word, meant) => expect(nearestWord(word, words)).toBe(meant))

  it.each(['', 'x', 'upload speed', 'no', 'd'.repeat(100_000)])('nothing is near %.20s', (word) =>
    expect(nearestWord(word, words)).toBeUndefined(),
  )
})

import { describe, expect, it } from '@jest/globals'
import { type Given, parseGiven } from '../src/given.ts'
import type { Inputs } from '../src/inputs.ts'

const read = (given: Given): ReturnType<typeof parseGiven> =>
  parseGiven(given, { cwd: '/home/me', spell: (key) => key })
const inputsOf = (given: Given): Inputs => {
  const parsed = read(given)
  if (!('inputs' in parsed)) throw new Error(parsed.problems.join('\n'))
  return parsed.inputs
}
const problemsOf = (given: Given): readonly string[] => read(given).problems

describe('what is not given', () => {
  it('has a default or is undefined, never empty text', () => {
    const inputs = inputsOf({})
    expect(inputs).toMatchObject({
      context: '/home/me',
      mode: 'ship',
      engine: 'auto',
      compression: 'gzip',
      output: { transport: 'oci', path: 'image' },
      push: false,
    })
    for (const value of Object.values(inputs)) expect(value).not.toBe('')
  })

  it('has no default output when it is pushed', () => {
    expect(inputsOf({ push: true, tag: ['registry.example/api'] }).output).toBeUndefined()
    expect(inputsOf({ push: true, tag: ['a'], output: 'oci:x' }).output).toMatchObject({ path: 'x' })
  })
})

describe('what is given', () => {
  it('is in the units of the domain, and frozen', () => {
    const inputs = inputsOf({
      context: '../you/api',
      mode: 'volume',
      engine: 'assemble',
      base: 'python:3.13-slim',
      python: '3.13',
      platform: ['linux/amd64,arm64', 'x86_64'],
      group: ['web, jobs', 'ml'],
      extra: ['s3\nredis'],
      command: 'python -m api',
      user: '1000:1000',
      compression: 'zstd',
      name: 'api',
      tag: ['registry.example/team/api:1.4, api'],
      failOn: ['disk > 1 GB\ndownload grows by > 5%'],
      warnOn: ['disk > 500 MB'],
      maxSize: '250 MB',
    })
    expect(inputs).toMatchObject({
      context: '/home/you/api',
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
      groups: ['web', 'jobs', 'ml'],
      extras: ['s3', 'redis'],
      command: ['python', '-m', 'api'],
      tags: ['registry.example/team/api:1.4', 'api'],
    })
    expect(inputs.failOn.map(({ text }) => text)).toEqual([
      'disk > 1 GB',
      'download grows by > 5%',
      'maxSize: 250 MB',
    ])
    expect(Object.isFrozen(inputs)).toBe(true)
  })
})

describe('what is wrong', () => {
  it.each<[Given, string]>([
    [{ mode: 'shp' }, 'mode: "shp" is not one of ship, volume (did you mean ship?)'],
    [{ engine: 'docker' }, 'engine: "docker" is not one of auto, assemble'],
    [{ compression: 'gz' }, 'compression: "gz" is not one of gzip, zstd'],
    [{ base: 'Python:3.13' }, 'base: image "Python:3.13" is not usable'],
    [{ output: 'oci:' }, 'output: image "oci:" is not usable'],
    [{ python: '3.13.1' }, 'python: "3.13.1" is not a Python version (write it as 3.13)'],
    [{ python: '2.7' }, 'python: "2.7" is not a Python version'],
    [{ platform: ['a/b/c/d'] }, 'platform: platform "a/b/c/d" is not known'],
    [{ platform: ['y'] }, 'platform: platform "y" is not known'],
    [{ group: ['-x'] }, 'group: "-x" is not a name'],
    [{ extra: ['a b'] }, 'extra: "a b" is not a name'],
    [{ command: 'a | b' }, 'command: the command needs a shell'],
    [{ user: 'root:x' }, 'user: "root:x" is not a user'],
    [{ user: 'a\nb' }, 'user: "a\\nb" is not a user'],
    [{ tag: ['API'] }, 'tag: "API" is not a name for an image'],
    [{ tag: [`a@sha256:${'0'.repeat(64)}`] }, 'without a digest'],
    [{ failOn: ['disk > 5'] }, 'failOn, line 1, column 8: 5 needs a unit'],
    [{ warnOn: ['dsik > 5 B'] }, 'warnOn, line 1, column 1'],
    [{ maxSize: '5' }, 'maxSize, line 1, column 1: 5 needs a unit'],
    [{ push: true }, 'push needs tag'],
    [{ json: '-', markdown: '-' }, 'json and markdown cannot both be written to standard output'],
    [
      { platform: ['amd64,arm64'], output: 'docker-daemon:api' },
      'output: docker-daemon holds one platform, and 2',
    ],
  ])('%j', (given, message) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(message)])
  })

  it('is told all at once', () => {
    expect(problemsOf({ mode: 'x', python: 'y', tag: ['A', 'B'], maxSize: 'z', push: true })).toHaveLength(5)
  })
})

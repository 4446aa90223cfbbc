import { describe, expect, it } from '@jest/globals'
import { type ActionInputs, readInputs } from '../../src/action/inputs.ts'
import { inputTable } from '../../src/action/inputs-table.ts'
import { Failure } from '../../src/failure.ts'
import type { Inputs } from '../../src/inputs.ts'

const read = (given: Readonly<Record<string, string>>): ActionInputs =>
  readInputs((name) => given[name] ?? '', { cwd: '/home/me' })
const inputsOf = (given: Readonly<Record<string, string>>): Inputs => read(given).inputs

function failureOf(given: Readonly<Record<string, string>>): Failure {
  try {
    inputsOf(given)
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('nothing was wrong')
}

describe('what is not given', () => {
  it('is what it is on the command line', () => {
    expect(inputsOf({})).toMatchObject({
      context: '/home/me',
      mode: 'ship',
      push: false,
      output: { transport: 'oci', path: 'image' },
      base: undefined,
      name: undefined,
      tags: [],
      failOn: [],
    })
  })

  it('includes blank text', () => {
    expect(inputsOf({ name: '  ', context: '\n', push: ' ' })).toEqual(inputsOf({}))
  })
})

it('reads every input', () => {
  const inputs = inputsOf({
    context: 'api',
    mode: 'volume',
    engine: 'assemble',
    'python-version': '3.12',
    'base-image': 'oci:base:3.12',
    groups: 'web, jobs',
    extras: 's3\nredis\n',
    command: 'python -m api',
    user: '1000:1000',
    compression: 'zstd',
    name: 'the api',
    tags: 'registry.example/api:1\nregistry.example/api:latest\n',
    output: 'oci-archive:api.tar',
    push: 'true',
    platforms: 'linux/amd64,linux/arm64',
    'fail-on': 'download > 250 MB\ndisk > 1 GB\n',
    'warn-on': 'download grows by > 5%',
    'max-size': '300 MB',
    'max-increase': '10%',
    'max-build-time': '4 min',
    baseline: 'main.json',
  })
  expect(inputs).toMatchObject({
    context: '/home/me/api',
    mode: 'volume',
    engine: 'assemble',
    pythonVersion: '3.12',
    base: { transport: 'oci', path: 'base', tag: '3.12' },
    groups: ['web', 'jobs'],
    extras: ['s3', 'redis'],
    command: ['python', '-m', 'api'],
    user: '1000:1000',
    compression: 'zstd',
    name: 'the api',
    tags: ['registry.example/api:1', 'registry.example/api:latest'],
    output: { transport: 'oci-archive', path: 'api.tar' },
    push: true,
    platforms: [{ architecture: 'amd64' }, { architecture: 'arm64' }],
    against: 'main.json',
  })
  expect(inputs.failOn).toHaveLength(5)
  expect(inputs.warnOn).toHaveLength(1)
})

it.each(['true', 'True', 'TRUE'])('takes %s for true', (text) => {
  expect(inputsOf({ push: text, tags: 'registry.example/api' }).push).toBe(true)
})

it.each(['yes', '1', 'on', 'ture'])('does not take %s for a truth', (text) => {
  expect(failureOf({ push: text })).toMatchObject({
    kind: 'usage',
    message: `push: "${text}" is neither true nor false`,
  })
})

it('names every problem at once, in the words of the workflow file', () => {
  const { message, hint } = failureOf({
    mode: 'shipp',
    'python-version': '3.1.4',
    'base-image': 'oci:',
    platforms: 'a/b/c/d',
    push: 'maybe',
    tags: 'UPPER',
    'fail-on': 'downlod > 3 MB',
    'max-size': 'small',
    'max-build-time': 'soon',
  })
  for (const name of [
    ...['mode:', 'python-version:', 'base-image:', 'platforms:', 'push:', 'tags:', 'fail-on', 'max-size'],
    ...['max-build-time', 'did you mean ship?'],
  ]) {
    expect(message).toContain(name)
  }
  expect(message).toMatch(/^9 problems in the inputs:\n- /)
  expect(message).not.toContain('--')
  expect(hint).toContain('with:')
})

it('has a name of its own for each input, in kebab case', () => {
  const names = Object.values(inputTable).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
})

describe('the settings around a run', () => {
  it('are quiet and helpful when nothing is given', () => {
    expect(read({}).settings).toEqual({
      baseline: 'auto',
      comment: 'auto',
      token: undefined,
      acceptLabel: undefined,
      cache: true,
      uploadReport: false,
    })
    expect(read({}).inputs.against).toBeUndefined()
  })

  it.each([
    ['build', 'build', undefined],
    ['none', 'none', undefined],
    ['registry.example/api:main', 'named', 'registry.example/api:main'],
    ['main.json', 'named', 'main.json'],
  ])('compares with the baseline %s', (baseline, kind, against) => {
    const { inputs, settings } = read({ baseline })
    expect([settings.baseline, inputs.against]).toEqual([kind, against])
  })

  it.each([
    ['true', 'auto'],
    ['False', 'never'],
    ['always', 'always'],
    ['merged', 'merged'],
  ])('takes the comment %s for %s', (comment, expected) => {
    expect(read({ comment }).settings.comment).toBe(expected)
  })

  it('tells a comment and a cache that are none of the words', () => {
    const { message } = failureOf({ comment: 'merge', cache: 'yes' })
    expect(message).toContain(
      'comment: "merge" is not one of auto, always, merged, never (did you mean merged?)',
    )
    expect(message).toContain('cache: "yes" is neither true nor false')
  })
})

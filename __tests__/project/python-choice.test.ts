import { describe, expect, it } from '@jest/globals'
import { newestPython } from '../../src/project/python-choice.ts'
import { createLockedPackage } from '../fixtures/project.ts'

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64' }
const wheelsFor = (name: string, ...tags: readonly string[]) =>
  createLockedPackage(name, {
    wheels: tags.map((tag) => `${name}-1.0-${tag}.whl`),
    sdist: `${name}-1.0.tar.gz`,
  })

describe('newestPython', () => {
  it('takes the newest that requires-python allows', () => {
    expect(newestPython([undefined], [], [amd64])).toBe('3.14')
    expect(newestPython(['>=3.9,<3.12'], [], [amd64])).toBe('3.11')
    expect(newestPython(['>=3.13.4', '<3.14'], [], [amd64])).toBe('3.13')
    expect(newestPython(['==3.10.*'], [], [amd64])).toBe('3.10')
  })

  it('goes back to a Python that the locked wheels support', () => {
    const compiled = wheelsFor(
      'compiled',
      'cp311-cp311-manylinux2014_x86_64',
      'cp312-cp312-manylinux2014_x86_64',
    )
    const stable = wheelsFor('stable', 'cp39-abi3-manylinux2014_x86_64')
    expect(newestPython(['>=3.9'], [compiled, stable], [amd64])).toBe('3.12')
  })

  it('wants a wheel on each platform', () => {
    const compiled = wheelsFor(
      'compiled',
      'cp312-cp312-manylinux2014_x86_64',
      'cp311-cp311-manylinux2014_x86_64',
      'cp311-cp311-manylinux2014_aarch64',
    )
    expect(newestPython(['>=3.9'], [compiled], [amd64, arm64])).toBe('3.11')
  })

  it('does not let a package that no Python has a wheel of decide', () => {
    const windows = wheelsFor('windows', 'cp311-cp311-win_amd64')
    const source = createLockedPackage('source', { sdist: 'source-1.0.tar.gz' })
    expect(newestPython(['>=3.9'], [windows, source], [amd64])).toBe('3.14')
  })

  it('looks only at packages that apply', () => {
    const backport = createLockedPackage('backport', {
      wheels: ['backport-1.0-cp310-cp310-manylinux2014_x86_64.whl'],
      marker: "python_full_version < '3.11'",
    })
    expect(newestPython(['>=3.9'], [backport], [amd64])).toBe('3.14')
  })

  it('takes the least bad where none has all', () => {
    const a = wheelsFor('a', 'cp310-cp310-manylinux2014_x86_64')
    const b = wheelsFor('b', 'cp312-cp312-manylinux2014_x86_64')
    const c = wheelsFor('c', 'cp312-cp312-manylinux2014_x86_64')
    expect(newestPython(['>=3.9'], [a, b, c], [amd64])).toBe('3.12')
  })

  it('says when none is allowed', () => {
    expect(() => newestPython(['<3'], [], [amd64])).toThrow(/requires-python <3 allows none of 3\.9, /)
  })
})

import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { checkWheels, planWheels } from '../../src/project/native.ts'
import { createLockedPackage, createTarget } from '../fixtures/project.ts'

const pure = createLockedPackage('pure', { wheels: ['pure-1.0-py3-none-any.whl'], sdist: 'pure-1.0.tar.gz' })
const sourceOnly = createLockedPackage('source-only', { sdist: 'source_only-1.0.tar.gz' })
const old = createLockedPackage('old', {
  wheels: ['old-1.0-cp311-cp311-manylinux2014_x86_64.whl', 'old-1.0-cp312-cp312-manylinux2014_x86_64.whl'],
  sdist: 'old-1.0.tar.gz',
})
const closed = createLockedPackage('closed', { wheels: ['closed-1.0-py3-none-manylinux_2_28_x86_64.whl'] })
const repository = createLockedPackage('repository', { direct: 'vcs' })
const picky = createLockedPackage('picky', {
  wheels: ['picky-1.0-py3-none-any.whl'],
  requiresPython: '<3.13',
})
const musl = createTarget({ libc: { kind: 'musl', version: '1.2' } })

describe('planWheels', () => {
  it('sorts packages by what there is for the target', () => {
    const plan = planWheels([pure, sourceOnly, old, closed, repository, picky], createTarget())
    expect(plan.wheels.map(({ wheel }) => wheel.filename)).toEqual([
      'pure-1.0-py3-none-any.whl',
      'closed-1.0-py3-none-manylinux_2_28_x86_64.whl',
    ])
    expect(plan.sources.map(({ package: p, code }) => [p.name, code])).toEqual([
      ['source-only', 'unknown'],
      ['old', 'native'],
      ['repository', 'unknown'],
    ])
    expect(plan.refused).toEqual([picky])
    expect(planWheels([closed], musl).unfit).toEqual([closed])
  })
})

describe('checkWheels', () => {
  it('lets sources through that may be pure Python', () => {
    expect(checkWheels([pure, sourceOnly, repository], createTarget()).sources).toHaveLength(2)
  })

  it('lists everything that stands in the way at once, and names the Python that helps', () => {
    const failure = caught(() => checkWheels([pure, old, picky], createTarget()))
    expect(failure.message).toBe(
      [
        'Python 3.13.5 on linux/amd64 (glibc 2.36) cannot have these packages:',
        '  picky 1.0: requires Python <3.13',
        '  old 1.0: no wheel fits, and its source has code to compile (wheels for cp311, cp312 on manylinux_x86_64)',
      ].join('\n'),
    )
    expect(failure.hint).toContain('Python 3.12')
  })

  it('sends a musl base with glibc wheels to a glibc base', () => {
    const failure = caught(() => checkWheels([closed], musl))
    expect(failure.message).toContain('closed 1.0: no wheel fits, and the lock has no source of it')
    expect(failure.hint).toBe('take a base with glibc, for example python:3.13-slim')
    expect(caught(() => checkWheels([closed, picky], musl)).hint).toContain('glibc and Python 3.12')
  })
})

function caught(run: () => unknown): Failure {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('no Failure')
}

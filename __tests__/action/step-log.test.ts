import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { createStepLog, type StepLog } from '../../src/action/step-log.ts'
import { heard } from '../fixtures/runner-commands.ts'

let written: string
let log: StepLog
beforeEach(() => {
  written = ''
  const write = (text: unknown): boolean => {
    written += String(text)
    return true
  }
  jest.spyOn(process.stdout, 'write').mockImplementation(write)
  log = createStepLog(process.stdout)
})
afterEach(() => void jest.restoreAllMocks())

const others = (): boolean => process.stdout.write('::error::of another\n')

it('lets the runner hear nobody in a group', async () => {
  expect(await log.group('Build', () => Promise.resolve(others() ? 7 : 0))).toBe(7)
  others()
  expect(written).toMatch(
    /^::group::Build\n::stop-commands::(\S{36})\n::error.*\n::\1::\n::endgroup::\n::error/,
  )
  expect(heard(written).match(/::error/g)).toHaveLength(1)
})

it('lets it hear what we say, and no more', async () => {
  await log.group('Build', () => {
    others()
    log.command(() => process.stdout.write('::warning::ours\n'))
    others()
    log.write('::warning::of a log\n')
    return Promise.resolve()
  })
  log.command(() => process.stdout.write('::notice::ours\n'))
  const lines = heard(written).split('\n')
  expect(lines.filter((line) => /error|warning|notice/.test(line))).toEqual([
    '::warning::ours',
    '::notice::ours',
  ])
  const tokens = [...written.matchAll(/stop-commands::(.+)/g)].map(([, token]) => token)
  expect(new Set(tokens).size).toBe(2)
})

it('resumes after a failure', async () => {
  await expect(log.group('Build', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  process.stdout.write('::error::ours\n')
  expect(heard(written)).toContain('::error::ours')
})

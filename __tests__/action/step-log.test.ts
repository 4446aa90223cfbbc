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

it('lets it hear what we say, when the group is over', async () => {
  await log.group('Build', () => {
    log.command(() => process.stdout.write('::warning::first\n'))
    log.command(() => process.stdout.write('::warning::second\n'))
    others()
    log.write('::warning::of a log\n')
    return Promise.resolve()
  })
  log.command(() => process.stdout.write('::notice::at once\n'))
  expect(
    heard(written)
      .split('\n')
      .filter((line) => /error|warning|notice/.test(line)),
  ).toEqual(['::warning::first', '::warning::second', '::notice::at once'])
})

it('resumes after a failure', async () => {
  const failing = log.group('Build', () => {
    log.command(() => process.stdout.write('::warning::ours\n'))
    return Promise.reject(new Error('no'))
  })
  await expect(failing).rejects.toThrow('no')
  process.stdout.write('::error::ours\n')
  expect(heard(written)).toMatch(/::warning::ours\n::endgroup::\n::error::ours/)
})

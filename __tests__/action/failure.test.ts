import { expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { commandsIn } from '../fixtures/runner-commands.ts'

const src = join(import.meta.dirname, '../../src')

/** Exit status and log of a process that fails with an error. */
function failing(error: string): { status: number | null; log: string } {
  const script = `
    import { fail } from '${src}/action/failure.ts'
    import { inertLines } from '${src}/action/fence.ts'
    import { Failure } from '${src}/failure.ts'
    import { Interrupted } from '${src}/terminal/interrupt.ts'
    fail(${error}, inertLines(process.stdout))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: {},
  })
  return { status, log: stdout + stderr }
}

it('tells a failure and what to do as one annotation, and nothing else', () => {
  const failed = failing("new Failure('build', 'no lock in /home/me: 100%', { hint: 'run uv lock' })")
  expect(failed).toEqual({ status: 1, log: '::error::no lock in /home/me: 100%25%0Arun uv lock\n' })
})

it('tells a failure without a hint', () => {
  expect(failing("new Failure('usage', 'a\\nb')").log).toBe('::error::a%0Ab\n')
})

it('shows what acts on a terminal', () => {
  expect(failing("new Failure('build', '\\x1b[2Jgone')").log).toBe('::error::\\x1b[2Jgone\n')
})

it('tells a cancel in a few words', () => {
  expect(failing("new Interrupted('SIGTERM')")).toEqual({
    status: 1,
    log: '::error::interrupted by SIGTERM\n',
  })
})

it('tells a fault of its own with the stack in the log', () => {
  const { status, log } = failing("new TypeError('x is not a function')")
  expect(status).toBe(1)
  expect(log).toMatch(/^TypeError: x is not a function\n +at /)
  expect(log).toMatch(/\n::error::x is not a function%0AThis is a fault of pydeps-image itself: .*\n$/)
})

it('tells what is thrown and is no error', () => {
  expect(failing("'just text'").log).toMatch(/^::error::just text%0AThis is a fault/)
})

it.each(['::add-mask::x', '##[add-mask]x', 'a\\n::add-mask::x', 'a\\r##[add-mask]x', '\\u200b::add-mask::x'])(
  'gives no command to the runner in %s',
  (text) => {
    for (const error of [`new Error('${text}')`, `new Failure('usage', '${text}', { hint: '${text}' })`]) {
      expect(commandsIn(failing(error).log)).toEqual(['error'])
    }
  },
)

import { expect, it } from '@jest/globals'
import { screenOf } from '../../src/terminal/screen.ts'

const tty = { isTTY: true, columns: 100 }
const pipe = {}

it.each<[string, typeof tty | typeof pipe, Record<string, string>, boolean, boolean]>([
  ['a terminal', tty, { TERM: 'xterm' }, true, true],
  ['a pipe', pipe, { TERM: 'xterm' }, false, false],
  ['a dumb terminal', tty, { TERM: 'dumb' }, false, false],
  ['NO_COLOR', tty, { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR', tty, { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR on a pipe', pipe, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', tty, { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR against FORCE_COLOR', tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['a terminal of a CI', tty, { CI: 'true' }, false, true],
  ['CI=false', tty, { CI: 'false' }, true, true],
])('%s', (_, stream, env, live, colour) => {
  expect(screenOf(stream, env)).toMatchObject({ live, colour })
})

it('has the columns of the terminal, or 80', () => {
  expect(screenOf(tty, {}).columns).toBe(100)
  expect(screenOf(pipe, {}).columns).toBe(80)
  expect(screenOf({ isTTY: true, columns: 0 }, {}).columns).toBe(80)
  expect(screenOf({ isTTY: true, columns: 3 }, {}).columns).toBe(20)
})

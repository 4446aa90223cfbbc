import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { parseCommand } from '../src/command.ts'
import { Failure } from '../src/failure.ts'

describe('a start command', () => {
  it.each<[string, string[]]>([
    ['uvicorn app:app --host 0.0.0.0', ['uvicorn', 'app:app', '--host', '0.0.0.0']],
    ['  python\n  -m\tapi ', ['python', '-m', 'api']],
    ['python -c "print(\\"a b\\")"', ['python', '-c', 'print("a b")']],
    [
      'sh -c \'exec gunicorn --bind "0.0.0.0:$PORT" app\'',
      ['sh', '-c', 'exec gunicorn --bind "0.0.0.0:$PORT" app'],
    ],
    ["a ''", ['a', '']],
    ['a""b\'c\'d', ['abcd']],
    ['a\\ b \\\n c', ['a b', 'c']],
    ['gunicorn --forwarded-allow-ips=* ~ #x', ['gunicorn', '--forwarded-allow-ips=*', '~', '#x']],
    ['python A=B', ['python', 'A=B']],
    ['["python", "-m", "api"]', ['python', '-m', 'api']],
    [' ["a", "", "$PORT | x"]', ['a', '', '$PORT | x']],
  ])('%j', (text, words) => expect(parseCommand(text)).toEqual(words))

  it.each([
    ['', 'empty'],
    ["''", 'empty'],
    ['[]', 'empty'],
    ['["", "a"]', 'empty'],
    ['["a", 1]', 'not a JSON array of strings'],
    ['["a"', 'starts as a JSON array'],
    ['a | b', 'needs a shell for "|"'],
    ['a && b', 'needs a shell for "&"'],
    ['a; b', 'needs a shell for ";"'],
    ['a > b', 'needs a shell for ">"'],
    ['a $PORT', 'needs a shell for "$"'],
    ['a `b`', 'needs a shell for "`"'],
    ['PORT=80 a', 'starts with an assignment'],
    ["a 'b", 'never closed'],
    ['a "b', 'never closed'],
    ['a\0b', 'NUL'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseCommand(text)).toThrow(Failure)
    expect(() => parseCommand(text)).toThrow(message)
  })

  it('splits words as a shell does', () => {
    const pieces = fc.constantFrom('a', 'b', ' ', "'", '"', '\\', '\n', '=', '-', 'é')
    const texts = fc
      .sample(
        fc.array(pieces, { maxLength: 10 }).map((all) => `x${all.join('')}`),
        { numRuns: 300, seed: 7 },
      )
      // A shell waits for the line after a last backslash; ours has none.
      .filter((text) => !text.endsWith('\\'))
    const ours = texts.flatMap((text) => {
      try {
        return [{ text, words: parseCommand(text) }]
      } catch {
        return []
      }
    })
    expect(ours.length).toBeGreaterThan(100)
    const script = ours
      // A bare line end would end the command in a script.
      .map(
        ({ text }) =>
          `for w in ${text.includes('\n') ? 'x' : text}; do printf '%s\\1' "$w"; done; printf '\\2'`,
      )
      .join('\n')
    const theirs = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\x02')
    for (const [i, { text, words }] of ours.entries()) {
      if (!text.includes('\n'))
        expect({ text, words: theirs[i]?.split('\x01').slice(0, -1) }).toEqual({ text, words })
    }
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { inert, inertLines } from '../../src/action/fence.ts'
import { commandsIn, runnerCommands } from '../fixtures/runner-commands.ts'

describe('the runner that the fence is tested against', () => {
  it('knows both ways of writing a command', () => {
    expect(commandsIn('::add-mask::x\nplain\r  ::SET-OUTPUT name=a::b\r\n#5 1.2 ##[warning]w')).toEqual([
      'add-mask',
      'set-output',
      'warning',
    ])
    expect(commandsIn('a ::error::b\n::error\n::unknown::\n##[unknown]\n##[error')).toEqual([])
    expect(commandsIn(':\u200b:error::x')).toEqual([])
    expect(commandsIn(':\u200b:error::x', { culture: true })).toEqual(['error'])
  })
})

describe.each(runnerCommands)('%s', (name) => {
  it.each([
    `::${name}::x`,
    `::${name} name=a,file=b::x`,
    `  \t::${name}::x`,
    `\u00a0\u3000\u0085::${name}::x`,
    `before\n::${name}::x`,
    `before\r::${name}::x`,
    `before\r\n::${name}::x`,
    `::::${name}::x`,
    `:\u200b:${name}::x`,
    `\u200b::${name}::x`,
    `\u00ad:\ufe0f:${name}::x`,
    `\0::${name}::x`,
    `##[${name}]x`,
    `#5 0.123 ##[${name} name=a;]x`,
    `#####[${name}]x`,
    `#\u200d#\u00ad[${name}]x`,
    `##\0[${name}]x`,
    `##\t[${name}]x`,
    `\u2028::${name}::x`,
    `##[unknown ##[${name}]x`,
    `::${name}::##[${name}]x`,
  ])('is no command in %j', (text) => {
    expect(commandsIn(inert(text))).toEqual([])
    expect(commandsIn(inert(text), { culture: true })).toEqual([])
  })
})

it('holds for whatever can be made of the pieces of commands', () => {
  const piece = fc.constantFrom(
    ...[
      ':',
      '::',
      '#',
      '##',
      '##[',
      '[',
      ']',
      ' ',
      '\t',
      '\n',
      '\r',
      '\u200b',
      '\0',
      '\u0085',
      '\ufeff',
      '=',
      'x',
    ],
    ...['error', 'set-output name=a', 'Add-Mask', 'stop-commands'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const text = inert(pieces.join(''))
      expect(commandsIn(text)).toEqual([])
      expect(commandsIn(text, { culture: true })).toEqual([])
    }),
    { numRuns: 5000 },
  )
})

it('leaves all else as it is', () => {
  const text =
    'std::string at a::b\n#1 [2/3] RUN x\n✓ lock: 42 packages [#12] ## heading\n\x1b[31mred\x1b[0m\n'
  expect(inert(text)).toBe(text)
})

it('takes time that grows with the text alone', () => {
  for (const text of [
    ' '.repeat(200_000),
    '#'.repeat(200_000),
    '\u200b'.repeat(200_000),
    '\u2028'.repeat(200_000),
    '\ufeff'.repeat(200_000),
    '\t'.repeat(200_000),
    '\n'.repeat(200_000),
  ]) {
    expect(inert(text).length).toBe(text.length)
  }
})

it('fences a stream', () => {
  const written: string[] = []
  inertLines({ write: (text) => written.push(text) }).write('::error::x\n')
  expect(written).toEqual([': :error::x\n'])
})

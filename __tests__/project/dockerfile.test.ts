import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type LastBase, parseLastBase } from '../../src/project/dockerfile.ts'

const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' }

function parse(...lines: readonly string[]): LastBase | undefined {
  return parseLastBase(lines.join('\n'), arm)
}

/** What the last of these lines begins from. */
function nameOf(...lines: readonly string[]): string | undefined {
  const base = parse(...lines)
  return base?.kind === 'image' ? base.name : base?.kind
}

describe('parseLastBase', () => {
  const digest = `sha256:${'a'.repeat(64)}`

  it.each([
    ['a tag', ['FROM python:3.13-slim'], 'python:3.13-slim'],
    ['a digest', [`from python:3.13@${digest} as last`], `python:3.13@${digest}`],
    ['a registry with a port', ['FROM localhost:5000/team/base'], 'localhost:5000/team/base'],
    ['the last of several stages', ['FROM a', 'RUN x', 'FROM b', 'COPY --from=0 /x /x'], 'b'],
    ['stages that it goes by', ['FROM a AS Base', 'FROM base AS more', 'FROM BASE'], 'a'],
    ['the nearer of two stages of a name', ['FROM a AS x', 'FROM b AS x', 'FROM x'], 'b'],
    ['a stage with the name of its own image', ['FROM python AS python', 'FROM python'], 'python'],
    ['no stage that comes later', ['FROM late', 'FROM a AS late', 'FROM b'], 'b'],
    ['a number, which is no stage', ['FROM a', 'FROM 0'], '0'],
    ['a default', ['ARG PY=3.13', 'FROM python:${PY}-slim'], 'python:3.13-slim'],
    ['defaults of defaults', ['ARG A=3 B="${A}.13"', "ARG C='python'", 'FROM $C:$B'], 'python:3.13'],
    ['no argument of a stage', ['ARG A=1', 'FROM a:$A AS x', 'ARG A=2', 'FROM a:$A'], 'a:1'],
    ['a value where none is given', ['ARG A', 'FROM a:${A:-1}${B-2}${A:+3}${B+4}'], 'a:12'],
    ['a value that is there', ['ARG A=', 'ARG B=b', 'FROM a:${A:-1}${A-2}${B:+3}${A+4}'], 'a:134'],
    ['an argument in the value instead', ['ARG A=9', 'FROM a:${B:-x${A}}'], 'a:x9'],
    ['quotes', ['FROM "python:3"'], 'python:3'],
    ['no variable in single quotes', ["ARG A='$B'", 'FROM a:$A'], 'unknown'],
    ['its platform in the name', ['FROM a-${TARGETARCH}${TARGETVARIANT} AS x'], 'a-arm64v8'],
    ['a line that goes on', ['FROM \\', '# between', '  a \\', '  AS x'], 'a'],
    ['another escape character', ['# escape=`', 'FROM `', 'a', 'RUN x `', 'FROM b'], 'a'],
    ['no line of a script', ['FROM a', 'RUN <<END', 'FROM b', 'END', 'COPY <<"X" /', 'FROM c', 'X'], 'a'],
    ['no comment', ['FROM a', '# FROM b', 'RUN true \\', '# FROM c', '  && x'], 'a'],
    ['scratch', ['FROM a', 'FROM scratch'], 'scratch'],
    ['scratch by a stage', ['FROM scratch AS none', 'FROM none'], 'scratch'],
    ['a form of variables that no one wrote yet', ['ARG A=1', 'FROM a:${A%1}'], 'unknown'],
    ['nothing', ['FROM'], 'unknown'],
  ])('finds %s', (_, lines, name) => {
    expect(nameOf(...lines)).toBe(name)
  })

  it('says for which platform, and where', () => {
    const lines = ['ARG OS=linux', '', 'FROM --platform=$OS/amd64 a AS x', 'FROM --platform=$BUILDPLATFORM x']
    expect(parse(...lines)).toEqual({ kind: 'image', name: 'a', platform: 'linux/amd64', line: 3 })
    expect(parse('FROM --platform=$TARGETPLATFORM a')).toMatchObject({ platform: 'linux/arm64/v8' })
  })

  it('says which argument has no default', () => {
    expect(parse('ARG BASE', 'FROM $BASE')).toEqual({
      kind: 'unknown',
      why: 'takes its image from BASE, a build argument without a default',
      line: 2,
    })
    expect(parse('# empty')).toBeUndefined()
  })

  it.each([
    ['lines that go on', 'RUN x \\\n'],
    ['documents without an end', 'RUN <<x <<-y\n\t x\n'],
    ['documents', 'RUN <<x\nx\n'],
    ['quotes', `RUN <<x '"\n`],
    ['spaces', '# escape=                '],
  ])('reads 256 kB of %s', (_, text) => {
    expect(nameOf(`FROM a\n${text.repeat(2 ** 18 / text.length)}\nFROM b`)).toMatch(/^[ab]$/)
  })

  it('takes any text', () => {
    const words = fc.constantFrom(
      'FROM',
      'ARG',
      ' ',
      '\n',
      '\\',
      '"',
      "'",
      '${',
      '}',
      '$',
      'A',
      '=',
      ':-',
      '<<A',
      '`',
      '#',
      '\0',
    )
    const texts = fc.array(fc.oneof(words, fc.string()), { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const base = parseLastBase(text, arm)
        if (base?.kind === 'image') expect(base.name).not.toBe('')
      }),
      { numRuns: 500 },
    )
  })
})

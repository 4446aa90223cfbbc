import { describe, expect, it } from '@jest/globals'
import { distributionName, parseMetadata, parseRequiredName } from '../../src/image/metadata.ts'

describe('parseMetadata', () => {
  it('reads the fields that measuring needs', () => {
    const text =
      'Metadata-Version: 2.4\r\nName: Foo.Bar\r\nVersion: 1.0\r\nRequires-Dist: a>=1\r\nRequires-Dist: b; extra == "x"\r\n'
    expect(parseMetadata(text)).toEqual({
      name: 'Foo.Bar',
      version: '1.0',
      requiresDist: ['a>=1', 'b; extra == "x"'],
    })
  })

  it('takes the first of a field, and none from text that is no metadata', () => {
    expect(parseMetadata('Name: a\nName: b\nX-Name: c\n').name).toBe('a')
    expect(parseMetadata('<html>')).toEqual({ name: '', version: '', requiresDist: [] })
  })

  it('is linear in spaces', () => {
    expect(parseMetadata(`Name:${' '.repeat(1_000_000)}x`).name).toBe('x')
    expect(parseMetadata(`Name: x${' '.repeat(300_000)}y`).name).toHaveLength(300_002)
  })
})

describe('parseRequiredName', () => {
  it.each<[string, string, string[], string[]]>([
    ['numpy', 'numpy', [], []],
    ['Foo_Bar [X.y, z]>=1,<2', 'foo-bar', ['x-y', 'z'], []],
    ['a (>=1) ; python_version < "3.9"', 'a', [], []],
    ['a; extra == "Test_all"', 'a', [], ['test-all']],
    ["a>=1; sys_platform == 'win32' and (extra=='x' or extra == 'y')", 'a', [], ['x', 'y']],
    ['extra', 'extra', [], []],
    ['a[] @ https://example.invalid/a.whl', 'a', [], []],
  ])('%j asks for %j', (text, name, extras, onlyFor) => {
    expect(parseRequiredName(text)).toEqual({ name, extras, onlyFor })
  })

  it('finds no name in what is no requirement', () => {
    expect(parseRequiredName('; extra == "x"')).toBeUndefined()
  })
})

describe('distributionName', () => {
  it('is one for all spellings', () => {
    expect(['Foo.Bar', 'foo__bar', 'FOO-_.bar'].map(distributionName)).toEqual(Array(3).fill('foo-bar'))
  })
})

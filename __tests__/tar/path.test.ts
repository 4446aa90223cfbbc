import { describe, expect, it } from '@jest/globals'
import { decodeName, normalizePath } from '../../src/tar/path.ts'

describe('normalizePath', () => {
  it.each([
    ['usr/bin', 'usr/bin'],
    ['usr/bin/', 'usr/bin'],
    ['./usr', 'usr'],
    ['/usr', 'usr'],
    ['//usr//.//bin//', 'usr/bin'],
    ['.', ''],
    ['./', ''],
    ['/', ''],
    ['', ''],
    ['a/../b', 'b'],
    ['a/b/../..', ''],
    ['..a/b..', '..a/b..'],
    ['.wh..wh..opq', '.wh..wh..opq'],
    ['a/.hidden/...', 'a/.hidden/...'],
  ])('%j is %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  it.each(['..', '../x', '/../x', 'a/../../x', './..'])('refuses %j', (path) => {
    expect(() => normalizePath(path)).toThrow('leaves the root')
  })

  it('refuses a NUL byte', () => {
    expect(() => normalizePath('a\0b')).toThrow('NUL')
  })
})

describe('decodeName', () => {
  it('takes bytes as UTF-8 where they are', () => {
    expect(decodeName(Buffer.from('grüße').toString('latin1'))).toEqual({ text: 'grüße', raw: false })
    expect(decodeName('plain')).toEqual({ text: 'plain', raw: false })
    expect(decodeName('\xff\xfe')).toEqual({ text: '\xff\xfe', raw: true })
  })

  it('keeps a byte order mark, which is part of the name', () => {
    expect(decodeName('\xef\xbb\xbfx')).toEqual({ text: '\ufeffx', raw: false })
  })
})

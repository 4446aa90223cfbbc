import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { parseRequirement } from '../../src/project/requirement.ts'

describe('parseRequirement', () => {
  it.each([
    ['A', { name: 'a' }],
    ['A.B-C_D', { name: 'a-b-c-d' }],
    ['name<=1', { name: 'name', specifier: '<=1' }],
    ['name >= 3, <2', { name: 'name', specifier: '>=3,<2' }],
    ['name (>=1,<2)', { name: 'name', specifier: '>=1,<2' }],
    ['name ==1.*', { name: 'name', specifier: '==1.*' }],
    ['name===1-weird', { name: 'name', specifier: '===1-weird' }],
    ['name[]', { name: 'name', extras: [] }],
    ['name[ b_x , A,b-x ]>1', { name: 'name', extras: ['a', 'b-x'], specifier: '>1' }],
    ['name@http://foo.invalid/a;b', { name: 'name', url: 'http://foo.invalid/a;b' }],
    [
      'name [fred] @ http://foo.invalid/x ; python_version=="2.7"',
      { name: 'name', extras: ['fred'], url: 'http://foo.invalid/x', marker: 'python_version=="2.7"' },
    ],
    ['name;os_name=="a" and (os_name=="b")', { name: 'name', marker: 'os_name=="a" and (os_name=="b")' }],
  ])('%s', (text, expected) => {
    const nothing = { extras: [], specifier: '', url: undefined, marker: undefined }
    expect(parseRequirement(text)).toEqual({ ...nothing, ...expected })
  })

  it.each([
    '',
    '-x',
    'name=1',
    'name 1.0',
    'name[a b]',
    'name @',
    'name; os_name',
    'a b',
    'name>=1 <2',
    '_name',
  ])('refuses %j', (text) => {
    expect(() => parseRequirement(text)).toThrow(Failure)
  })
})

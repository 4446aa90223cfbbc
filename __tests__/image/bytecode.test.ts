import { describe, expect, it } from '@jest/globals'
import { parseBytecode } from '../../src/image/bytecode.ts'

describe('parseBytecode', () => {
  it.each([
    ['a/__pycache__/b.cpython-313.pyc', 'a/b.py', '3.13'],
    ['__pycache__/b.cpython-39.opt-1.pyc', 'b.py', '3.9'],
    ['a/__pycache__/b.c.cpython-313.pyc', 'a/b.c.py', '3.13'],
    ['a/__pycache__/b.pypy310.pyc', 'a/b.py', undefined],
  ])('%s is of %s', (path, source, minor) => {
    expect(parseBytecode(path)).toEqual({ source, minor })
  })

  it.each([
    'a/b.py',
    'a/b.pyc',
    'a/__pycache__/test_b.cpython-313-pytest-8.3.4.pyc',
    'a/__pycache__/b.pyc',
    'a/__pycache__/b.cpython-313.txt',
    'b.cpython-313.pyc',
    'my__pycache__/b.cpython-313.pyc',
    `__pycache__/b.cpython-${'0'.repeat(1_000_000)}!.pyc`,
  ])('%s is none', (path) => {
    expect(parseBytecode(path)).toBeUndefined()
  })
})

import { describe, expect, it } from '@jest/globals'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { realPath } from '../../src/image/symlinks.ts'
import { createListing } from '../fixtures/image.ts'

const filesystem = mergeLayers([
  createListing({
    bin: { linkname: 'usr/bin' },
    'usr/bin/sh': { linkname: 'dash' },
    'usr/bin/dash': 1,
    'usr/bin/python': { linkname: '/etc/alternatives/python' },
    'etc/alternatives/python': { linkname: '../../usr/bin/python3' },
    'usr/bin/python3': { linkname: 'python3.13' },
    'usr/bin/python3.13': 1,
    loop: { linkname: 'pool' },
    pool: { linkname: './loop' },
    out: { linkname: '../../../../usr' },
    root: { linkname: '/' },
    self: { linkname: 'self/x' },
  }),
])

describe('realPath', () => {
  it.each([
    ['bin/sh', 'usr/bin/dash'],
    ['/bin/sh', 'usr/bin/dash'],
    ['bin/python', 'usr/bin/python3.13'],
    ['out/bin/sh', 'usr/bin/dash'],
    ['root/bin/../bin/sh', 'usr/bin/dash'],
    ['missing/file', 'missing/file'],
    ['', ''],
    ['..', ''],
    ['loop', undefined],
    ['self', undefined],
  ])('%j is %j', (path, real) => {
    expect(realPath(filesystem, path)).toBe(real)
  })
})

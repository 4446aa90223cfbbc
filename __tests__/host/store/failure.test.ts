import { expect, it } from '@jest/globals'
import { Failure } from '../../../src/failure.ts'
import { diskFailure } from '../../../src/host/store/failure.ts'

it.each(['EACCES', 'EPERM', 'EROFS', 'ENOENT'])('%s is told as a folder that may not be written', (code) => {
  expect(diskFailure(Object.assign(new Error(code), { code }), '/cache')).toEqual(
    new Failure('build', '/cache may not be written', {
      hint: 'change its owner, or set XDG_CACHE_HOME to a folder of yours',
    }),
  )
})

it('passes on what is no failure of the disk', () => {
  const error = new Error('other')
  expect(diskFailure(error, '/cache')).toBe(error)
})

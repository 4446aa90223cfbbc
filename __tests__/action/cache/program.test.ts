import { expect, it } from '@jest/globals'
import { programBeside } from '../../../src/action/cache/program.ts'

it.each([
  ['/action/dist/main/index.js', '/action/dist/cache/index.js'],
  ['/action/src/post.ts', '/action/src/cache.ts'],
])('of %s it is %s', (running, beside) => {
  expect(programBeside(running, 'cache')).toBe(beside)
})

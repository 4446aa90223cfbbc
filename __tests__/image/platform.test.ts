import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { formatPlatform, hostPlatform, parsePlatform } from '../../src/image/platform.ts'

function refused(text: string): Failure {
  try {
    parsePlatform(text)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error(`${text} was taken`)
}

describe('a platform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['arm64', 'linux/arm64'],
    ['AArch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
    ['x86_64', 'linux/amd64'],
    ['riscv64', 'linux/riscv64'],
  ])('%s is %s', (text, platform) => {
    expect(formatPlatform(parsePlatform(text))).toBe(platform)
  })

  it.each([
    ['y', 'platform "y" is not known'],
    ['a/b/c/d', 'platform "a/b/c/d" is not known'],
    ['', 'platform "" is not known'],
    ['linux/', 'platform "linux/" is not known'],
    ['unknown/unknown', 'platform "unknown/unknown" is not known'],
    ['amd46', 'platform "amd46" is not known; linux/amd64 is near'],
    ['linxu/arm64', 'platform "linxu/arm64" is not known; linux/arm64 is near'],
    ['x86-46', 'platform "x86-46" is not known; linux/amd64 is near'],
  ])('%j is refused: %s', (text, message) => {
    const { kind, message: told, hint } = refused(text)
    expect([kind, told]).toEqual(['usage', message])
    expect(hint).toContain('linux/amd64 or linux/arm64')
  })

  it.each(['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64'])(
    'of a machine that Node calls %s is one that can be asked for',
    (arch) => {
      const platform = hostPlatform(arch)
      expect(parsePlatform(formatPlatform(platform))).toEqual(platform)
    },
  )
})

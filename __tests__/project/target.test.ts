import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { markerEnvironment, uvPlatform } from '../../src/project/target.ts'
import { createTarget } from '../fixtures/project.ts'

const glibc = (version: string) => createTarget({ libc: { kind: 'glibc', version } })
const arm64 = { os: 'linux', architecture: 'arm64' }

describe('uvPlatform', () => {
  it.each([
    [glibc('2.36'), 'x86_64-manylinux_2_36'],
    [glibc('2.41'), 'x86_64-manylinux_2_40'],
    [glibc('2.30'), 'x86_64-manylinux_2_28'],
    [glibc('2.17'), 'x86_64-manylinux_2_17'],
    [createTarget({ platform: arm64 }), 'aarch64-manylinux_2_36'],
    [createTarget({ libc: { kind: 'musl', version: '1.2' } }), 'x86_64-unknown-linux-musl'],
    [createTarget({ platform: arm64, libc: { kind: 'musl', version: '1.2' } }), 'aarch64-unknown-linux-musl'],
  ])('follows the libc that was found: %j', (target, expected) => {
    expect(uvPlatform(target)).toBe(expected)
  })

  it.each([
    glibc('2.12'),
    createTarget({ platform: { os: 'linux', architecture: 's390x' } }),
    createTarget({ platform: { os: 'windows', architecture: 'amd64' } }),
  ])('refuses what uv cannot install for: %j', (target) => {
    expect(() => uvPlatform(target)).toThrow(Failure)
  })
})

describe('markerEnvironment', () => {
  it('is that of CPython on the target', () => {
    const chosen = { extras: ['fast'], groups: ['docs'] }
    expect(markerEnvironment(createTarget({ full: '3.12.4', platform: arm64 }), chosen)).toEqual({
      implementation_name: 'cpython',
      implementation_version: '3.12.4',
      os_name: 'posix',
      platform_machine: 'aarch64',
      platform_python_implementation: 'CPython',
      platform_release: '',
      platform_system: 'Linux',
      platform_version: '',
      python_full_version: '3.12.4',
      python_version: '3.12',
      sys_platform: 'linux',
      extra: '',
      extras: ['fast'],
      dependency_groups: ['docs'],
    })
  })

  it.each([
    ['arm', 'v7', 'armv7l'],
    ['arm', 'v6', 'armv6l'],
    ['386', undefined, 'i686'],
    ['riscv64', undefined, 'riscv64'],
  ])('names the machine of %s %s', (architecture, variant, expected) => {
    const platform = { os: 'linux', architecture, ...(variant !== undefined && { variant }) }
    expect(markerEnvironment(createTarget({ platform })).platform_machine).toBe(expected)
  })
})

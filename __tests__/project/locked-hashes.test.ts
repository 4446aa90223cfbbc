import { describe, expect, it } from '@jest/globals'
import type { Lock } from '../../src/project/lock.ts'
import { lockedHashes } from '../../src/project/locked-hashes.ts'
import { createLockedFile, createLockedPackage, createTarget } from '../fixtures/project.ts'

const hashes = (digit: string): { readonly sha256: string } => ({ sha256: digit.repeat(64) })

describe('hashes of what a lock has installed', () => {
  const packages: Lock['packages'] = [
    {
      ...createLockedPackage('Fast_Thing', { version: '2.0' }),
      wheels: [
        createLockedFile('fast_thing-2.0-cp313-cp313-manylinux_2_28_aarch64.whl', { hashes: hashes('a') }),
        createLockedFile('fast_thing-2.0-cp313-cp313-manylinux_2_28_x86_64.whl', { hashes: hashes('b') }),
        createLockedFile('fast_thing-2.0-py3-none-any.whl', { hashes: hashes('c') }),
      ],
    },
    createLockedPackage('built', { sdist: 'built-1.0.tar.gz' }),
  ]
  const lock: Lock = { kind: 'uv', path: 'uv.lock', frozen: true, requiresPython: undefined, packages }

  it('are those of the wheel for the target', () => {
    expect(lockedHashes(lock, createTarget())('fast-thing', '2.0')).toEqual(hashes('b'))
    const arm = createTarget({ platform: { os: 'linux', architecture: 'arm64' } })
    expect(lockedHashes(lock, arm)('fast-thing', '2.0')).toEqual(hashes('a'))
  })

  it('are none of another version, of what is not locked, and of what was built from source', () => {
    const of = lockedHashes(lock, createTarget())
    expect([of('fast-thing', '2.1'), of('other', '1.0'), of('built', '1.0')]).toEqual([{}, {}, {}])
  })
})

import { describe, expect, it } from '@jest/globals'
import { decodeListing, encodeListing } from '../../src/image/listing-text.ts'
import { createListing } from '../fixtures/image.ts'

const listing = createListing(
  {
    'etc/': {},
    'etc/os-release': 'ID=debian\n',
    bin: { linkname: 'usr/bin' },
    'line\nbreak': 3,
    'usr/bin/python3.13': { size: 7, mode: 0o4755, version: '3.13.5' },
    'usr/bin/python3': { type: 'hardlink', linkname: 'usr/bin/python3.13' },
    'dev/null': { type: 'character' },
    'dev/disk': { type: 'block' },
    'run/pipe': { type: 'fifo' },
    __proto__x: 1,
  },
  {
    download: 42,
    compression: 'zstd',
    stale: ['a/__pycache__/b.cpython-313.pyc'],
    leftOut: ['var/lib/dpkg/status'],
  },
)

describe('decodeListing', () => {
  it('gives back what was encoded', () => {
    expect(decodeListing(encodeListing(listing))).toEqual(listing)
    const plain = createListing({ a: 1 })
    expect(decodeListing(encodeListing(plain))).toEqual(plain)
  })

  it.each<[string, (stored: Record<string, unknown>) => unknown]>([
    ['no JSON', () => undefined],
    ['another version', (stored) => ({ ...stored, version: 2 })],
    ['a missing size', (stored) => ({ ...stored, sizes: [] })],
    ['a missing type', (stored) => ({ ...stored, types: '' })],
    ['a type of its own', (stored) => ({ ...stored, types: 'x'.repeat(100) })],
    ['a negative size', (stored) => ({ ...stored, sizes: (stored['sizes'] as number[]).map(() => -1) })],
    ['a digest that is none', (stored) => ({ ...stored, diffId: 'sha256:1' })],
  ])('does not believe %s', (_, change) => {
    const stored = JSON.parse(encodeListing(listing)) as Record<string, unknown>
    expect(decodeListing((JSON.stringify(change(stored)) as string | undefined) ?? 'no json')).toBeUndefined()
  })
})

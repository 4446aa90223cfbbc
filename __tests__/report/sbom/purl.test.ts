import { describe, expect, it } from '@jest/globals'
import { formatPurl, type PackageUrl } from '../../../src/report/sbom/purl.ts'

describe('a package URL', () => {
  it.each<[PackageUrl, string]>([
    [{ type: 'pypi', name: 'django', version: '1.11.1' }, 'pkg:pypi/django@1.11.1'],
    [{ type: 'pypi', name: 'x', version: '1.0+cu118' }, 'pkg:pypi/x@1.0%2Bcu118'],
    [{ type: 'pypi', name: 'x', version: '1!2.0' }, 'pkg:pypi/x@1%212.0'],
    [{ type: 'pypi', name: 'x', version: '' }, 'pkg:pypi/x'],
    [
      {
        type: 'deb',
        namespace: 'debian',
        name: 'g++',
        version: '4:14.2~1',
        qualifiers: { distro: 'debian-13', arch: 'amd64' },
      },
      'pkg:deb/debian/g%2B%2B@4:14.2~1?arch=amd64&distro=debian-13',
    ],
    [
      { type: 'apk', namespace: 'alpine', name: 'musl', version: '1.2-r1', qualifiers: { arch: '' } },
      'pkg:apk/alpine/musl@1.2-r1',
    ],
    [{ type: 'oci', name: 'api', version: 'sha256:00' }, 'pkg:oci/api@sha256:00'],
    [{ type: 'pypi', name: 'a/b?c#d@e', version: 'é\ud800' }, 'pkg:pypi/a%2Fb%3Fc%23d%40e@%C3%A9%EF%BF%BD'],
  ])('of %j', (parts, text) => {
    expect(formatPurl(parts)).toBe(text)
  })
})

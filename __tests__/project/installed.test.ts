import { describe, expect, it } from '@jest/globals'
import { requirementsIn } from '../../src/project/installed.ts'
import { markerEnvironment } from '../../src/project/target.ts'

const environment = markerEnvironment({
  platform: { os: 'linux', architecture: 'arm64' },
  python: { minor: '3.13', full: '3.13.5' },
  libc: { kind: 'glibc', version: '2.41' },
})
const required = (...requiresDist: readonly string[]): readonly string[] =>
  requirementsIn(environment)({ requiresDist })

describe('what an installed distribution requires in an image', () => {
  it('is what its markers say for that Python and platform', () => {
    expect(
      required(
        'Idna>=2.8',
        'typing_extensions>=4.5; python_version < "3.13"',
        'exceptiongroup; python_full_version < "3.14"',
        'colorama; sys_platform == "win32"',
        'greenlet; platform_machine == "aarch64" or platform_machine == "ppc64le"',
      ),
    ).toEqual(['idna', 'exceptiongroup', 'greenlet'])
  })

  it('leaves out what an extra asks for', () => {
    expect(required('trio; extra == "trio"', 'uvloop; python_version >= "3.8" and extra == "fast"')).toEqual(
      [],
    )
  })

  it('takes what old tools wrote by its name, and nothing from what has none', () => {
    expect(required('pytz (>=2020.1)', 'a; python_version <<< "3"', '', '???', 'six')).toEqual([
      'pytz',
      'a',
      'six',
    ])
    expect(required('b; extra == "x" and what')).toEqual([])
  })
})

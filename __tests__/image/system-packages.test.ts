import { describe, expect, it } from '@jest/globals'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { findSystemPackages, type SystemPackage } from '../../src/image/system-packages.ts'
import { createListing, type TinyLayer } from '../fixtures/image.ts'

const find = (layer: TinyLayer): readonly SystemPackage[] =>
  findSystemPackages(mergeLayers([createListing(layer)]))

/** Of a package that does not say what it is built for. */
const deb = { kind: 'deb', architecture: '' }

describe('findSystemPackages', () => {
  it('reads dpkg: installed packages, their files behind merged folders, each file once', () => {
    const found = find({
      bin: { linkname: 'usr/bin' },
      'usr/bin/': {},
      'usr/bin/bash': 100,
      'usr/bin/sh': { linkname: 'bash' },
      'usr/lib/libc.so': 50,
      'var/lib/dpkg/status': [
        'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.41-1\nDescription: C library\n Package: no\n',
        'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n',
        'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
        'Package: bare\nStatus: hold ok installed\nVersion: 3\n',
      ].join('\n'),
      'var/lib/dpkg/info/bash.list': '/.\n/bin\n/bin/bash\n/bin/sh\n/usr/share/doc/bash\n',
      'var/lib/dpkg/info/libc6:amd64.list': '/usr/lib/libc.so\n/usr/bin/bash\n',
    })
    expect(found).toEqual([
      { ...deb, name: 'bare', version: '3', files: [] },
      {
        ...deb,
        name: 'bash',
        version: '5.2',
        architecture: 'amd64',
        files: ['bin', 'usr/bin/bash', 'usr/bin/sh'],
      },
      { ...deb, name: 'libc6', version: '2.41-1', architecture: 'amd64', files: ['usr/lib/libc.so'] },
    ])
  })

  it('reads the status.d of a distroless image', () => {
    const found = find({
      'usr/lib/libssl.so': 10,
      'var/lib/dpkg/status.d/libssl3': 'Package: libssl3\nVersion: 3.0\nArchitecture: arm64\n',
      'var/lib/dpkg/status.d/libssl3.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  usr/lib/libssl.so\n',
    })
    expect(found).toEqual([
      {
        ...deb,
        name: 'libssl3',
        architecture: 'arm64',
        version: '3.0',
        files: [
          'usr/lib/libssl.so',
          'var/lib/dpkg/status.d/libssl3',
          'var/lib/dpkg/status.d/libssl3.md5sums',
        ],
      },
    ])
  })

  it('reads apk', () => {
    const found = find({
      'lib/libc.so': 10,
      top: 1,
      'lib/apk/db/installed':
        'C:Q1\nP:musl\nV:1.2.5-r1\nA:x86_64\nF:\nR:top\nF:lib\nR:libc.so\na:0:0:755\n\nP:busybox\nV:1.37\n',
    })
    expect(found).toEqual([
      { kind: 'apk', architecture: '', name: 'busybox', version: '1.37', files: [] },
      {
        kind: 'apk',
        architecture: 'x86_64',
        name: 'musl',
        version: '1.2.5-r1',
        files: ['top', 'lib/libc.so'],
      },
    ])
  })

  it('finds none in an image without a package manager', () => {
    expect(find({ 'usr/bin/app': 1 })).toEqual([])
  })
})

import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { findBaseFacts } from '../../src/image/base-facts.ts'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { createConfig, createListing, type TinyLayer } from '../fixtures/image.ts'

const glibc: TinyLayer = {
  bin: { linkname: 'usr/bin' },
  'usr/bin/sh': { linkname: 'dash' },
  'usr/bin/dash': 1,
  'usr/lib/x86_64-linux-gnu/libc.so.6': { size: 1, version: '2.41' },
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
}
const official: TinyLayer = {
  'usr/local/bin/python3.13': 1,
  'usr/local/bin/python3': { linkname: 'python3.13' },
  'usr/local/bin/python': { linkname: 'python3' },
  'usr/local/lib/libpython3.13.so.1.0': { size: 1, version: '3.13.5' },
}
const debian: TinyLayer = {
  'usr/bin/python3.11': { size: 1, version: '3.11.2' },
  'usr/bin/python3': { linkname: 'python3.11' },
}
const facts = (layers: TinyLayer[], env: string[] = []): ReturnType<typeof findBaseFacts> =>
  findBaseFacts('the-base', createConfig({ env }), mergeLayers(layers.map((layer) => createListing(layer))))

describe('findBaseFacts', () => {
  it('reads an official image', () => {
    expect(facts([glibc, official], ['PATH=/usr/local/bin:/usr/bin', 'PYTHON_VERSION=3.13.99'])).toEqual({
      interpreter: { path: '/usr/local/bin/python3.13', minor: '3.13', full: '3.13.5' },
      libc: { kind: 'glibc', version: '2.41' },
      passwd: 'root:x:0:0:root:/root:/bin/sh\n',
      group: 'root:x:0:\n',
      shell: true,
    })
  })

  it.each<[string, TinyLayer[], string[], string]>([
    [
      'the first on PATH',
      [glibc, official, debian],
      ['PATH=/bin:/usr/local/bin'],
      '/usr/bin/python3.11 3.11 3.11.2',
    ],
    ['the default PATH', [glibc, official, debian], [], '/usr/local/bin/python3.13 3.13 3.13.5'],
    [
      'one without python3',
      [glibc, { 'usr/bin/python3.12': { version: '3.12.1' } }],
      [],
      '/usr/bin/python3.12 3.12 3.12.1',
    ],
    [
      'the newest without python3',
      [glibc, { 'usr/bin/python3.9': { version: '3.9.1' }, 'usr/bin/python3.12': { version: '3.12.1' } }],
      [],
      '/usr/bin/python3.12 3.12 3.12.1',
    ],
    [
      'conda outside PATH',
      [
        glibc,
        {
          'opt/conda/bin/python3.12': { version: '3.12.7' },
          'opt/conda/bin/python3': { linkname: 'python3.12' },
        },
      ],
      [],
      '/opt/conda/bin/python3.12 3.12 3.12.7',
    ],
    [
      'anywhere',
      [glibc, { 'srv/py/bin/python3.12': { version: '3.12.7' } }],
      [],
      '/srv/py/bin/python3.12 3.12 3.12.7',
    ],
    [
      'an environment on PATH',
      [glibc, official, { 'opt/venv/bin/python': { linkname: '/usr/local/bin/python3' } }],
      ['PATH=/opt/venv/bin'],
      '/usr/local/bin/python3.13 3.13 3.13.5',
    ],
    [
      'a script named python3 before the real one',
      [glibc, debian, { 'opt/shims/python3': 100 }],
      ['PATH=/opt/shims:/usr/bin'],
      '/usr/bin/python3.11 3.11 3.11.2',
    ],
    [
      'a pre-release',
      [glibc, { 'usr/bin/python3.14': { version: '3.14.0rc1' } }],
      [],
      '/usr/bin/python3.14 3.14 3.14.0rc1',
    ],
    [
      'a hard link',
      [glibc, debian, { 'usr/bin/python3': { type: 'hardlink', linkname: 'usr/bin/python3.11' } }],
      [],
      '/usr/bin/python3 3.11 3.11.2',
    ],
    [
      'the library beside it of two',
      [
        glibc,
        official,
        {
          'usr/lib/libpython3.13.so.1.0': { version: '3.13.1' },
          'opt/lib/libpython3.13.so.1.0': { version: '3.13.2' },
        },
      ],
      [],
      '/usr/local/bin/python3.13 3.13 3.13.5',
    ],
    [
      'PYTHON_VERSION where nothing else says it',
      [glibc, { 'usr/bin/python3.13': 1 }],
      ['PYTHON_VERSION=3.13.7'],
      '/usr/bin/python3.13 3.13 3.13.7',
    ],
  ])('finds %s', (_, layers, env, expected) => {
    const { path, minor, full } = facts(layers, env).interpreter
    expect(`${path} ${minor} ${full}`).toBe(expected)
  })

  it('tells the C library', () => {
    const musl: TinyLayer = { 'lib/ld-musl-x86_64.so.1': { version: '1.2.5' } }
    expect(facts([debian, musl]).libc).toEqual({ kind: 'musl', version: '1.2.5' })
    expect(facts([debian, musl, glibc]).libc).toEqual({ kind: 'glibc', version: '2.41' })
    expect(facts([debian, musl, glibc, { 'etc/os-release': 'NAME=x\nID=alpine\n' }]).libc.kind).toBe('musl')
    expect(facts([debian, musl]).shell).toBe(false)
  })

  it.each<[string, TinyLayer[], string[], string]>([
    [
      'no Python',
      [glibc],
      ['PATH=/srv/bin'],
      'the-base has no Python 3: no python3, python or python3.X in /srv/bin, ',
    ],
    ['a Python that a later layer deleted', [glibc, debian, { '.wh.usr': 0 }], [], 'no Python 3'],
    ['a link to nowhere', [glibc, { 'usr/bin/python3': { linkname: 'python3.9' } }], [], 'no Python 3'],
    ['a loop', [glibc, { 'usr/bin/python3': { linkname: 'python3' } }], [], 'no Python 3'],
    [
      'an unknown version',
      [glibc, { 'usr/bin/python3.13': 1 }],
      ['PYTHON_VERSION=3.12.7'],
      'version of /usr/bin/python3.13 in',
    ],
    ['no C library', [debian], [], 'no C library'],
  ])('says what it looked for: %s', (_, layers, env, message) => {
    expect(() => facts(layers, env)).toThrow(Failure)
    expect(() => facts(layers, env)).toThrow(message)
  })
})

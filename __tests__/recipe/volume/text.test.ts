import { execFileSync } from 'node:child_process'

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'

import { packageName } from '../../../src/project/name.ts'
import type { LockedPackage } from '../../../src/project/lock.ts'
import { renderComposeService } from '../../../src/recipe/volume/compose.ts'
import { renderStartConfig } from '../../../src/recipe/volume/config.ts'
import { environmentName, type EnvironmentFacts } from '../../../src/recipe/volume/environment.ts'
import { startEntrypoint } from '../../../src/recipe/volume/places.ts'
import { renderRequirements } from '../../../src/recipe/volume/requirements.ts'

describe('environmentName', () => {
  const facts: EnvironmentFacts = {
    lock: 'lock-version = "1.0"\n',
    target: {
      platform: { os: 'linux', architecture: 'amd64' },
      python: { minor: '3.13', full: '3.13.5' },
      libc: { kind: 'glibc', version: '2.36' },
    },
    interpreter: '/usr/local/bin/python3.13',
    paths: [],
    compileBytecode: false,
  }
  const { target } = facts

  it('is one that the start program takes for its own', () => {
    expect(environmentName(facts)).toMatch(/^[0-9a-f]{20}$/)
    expect(environmentName({ ...facts })).toBe(environmentName(facts))
  })

  it.each<[string, Partial<EnvironmentFacts>]>([
    ['the lock', { lock: 'lock-version = "1.1"\n' }],
    ['the Python', { target: { ...target, python: { minor: '3.13', full: '3.13.6' } } }],
    ['the platform', { target: { ...target, platform: { os: 'linux', architecture: 'arm64' } } }],
    ['the kind of libc', { target: { ...target, libc: { kind: 'musl', version: '2.36' } } }],
    [
      'its version, which wheels are chosen by',
      { target: { ...target, libc: { kind: 'glibc', version: '2.41' } } },
    ],
    ['the place of the interpreter', { interpreter: '/usr/bin/python3.13' }],
    ['the folders it imports from', { paths: ['/opt/app/lib/python3.13/site-packages'] }],
    ['bytecode', { compileBytecode: true }],
  ])('changes with %s', (_, change) => {
    expect(environmentName({ ...facts, ...change })).not.toBe(environmentName(facts))
  })
})

describe('renderStartConfig', () => {
  const options = {
    volume: '/venv',
    environment: '0'.repeat(20),
    interpreter: '/usr/bin/python3.13',
    python: '3.13.5',
    distributions: 2,
  }

  it('names what is in the image when nothing else is said', () => {
    expect(JSON.parse(renderStartConfig(options))).toEqual({
      ...options,
      installer: '/opt/pydeps/bin/uv',
      lock: '/opt/pydeps/pylock.toml',
      requirements: null,
      paths: [],
      keep: 3,
      compileBytecode: false,
      build: false,
    })
  })

  it('says the same to Python, which reads it as a literal', () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 30 }), { numRuns: 200, seed: 1 })
    const text = renderStartConfig({ ...options, paths: [...texts, '\u2028', '\ud800', '"\\\n', "'''"] })
    const check = [
      'import json, sys',
      'text = sys.stdin.read()',
      'names = {"__builtins__": {}, "true": True, "false": False, "null": None}',
      'sys.exit(eval(text, names) != json.loads(text))',
    ].join('\n')
    execFileSync('python3', ['-c', check], { input: text, env: { ...process.env, PYTHONUTF8: '1' } })
  })

  it.each(['venv', '/', '/venv/', '/a//b', '/a/../b', '/my venv', '/a:b', '/a\nb', `/${'a'.repeat(100)}`])(
    'refuses a volume at %j',
    (volume) => {
      expect(() => renderStartConfig({ ...options, volume })).toThrow("the volume's path")
    },
  )
})

describe('startEntrypoint', () => {
  it('shields the start program from variables and packages', () => {
    expect(startEntrypoint('/usr/bin/python3.13')).toEqual([
      '/usr/bin/python3.13',
      '-I',
      '-S',
      '/opt/pydeps/start.py',
    ])
  })
})

describe('renderComposeService', () => {
  it('has the service and its named volume', () => {
    const text = renderComposeService({ service: 'web', image: 'registry.example/web:1', mount: '/venv' })
    expect(text).toBe(`services:
  web:
    image: registry.example/web:1
    volumes:
      - type: volume
        source: web-environment
        target: /venv
volumes:
  web-environment:
`)
  })

  it('is YAML for any image name', () => {
    fc.assert(
      fc.property(fc.string(), (image) => {
        const text = renderComposeService({ service: '_1', image, mount: '/venv' })
        expect(parse(text)).toMatchObject({ services: { _1: { image } }, volumes: { '1-environment': null } })
      }),
    )
  })

  it('refuses a name that compose would', () => {
    expect(() => renderComposeService({ service: 'my app', image: 'a', mount: '/venv' })).toThrow('"my app"')
  })
})

describe('renderRequirements', () => {
  const sha256 = 'a'.repeat(64)
  const file = (filename: string, more: object = {}): LockedPackage['wheels'][number] => ({
    filename,
    hashes: { sha256 },
    url: `https://index.example/${filename}`,
    path: undefined,
    size: undefined,
    ...more,
  })
  const locked = (more: Partial<LockedPackage> = {}): LockedPackage => ({
    name: packageName('alpha'),
    version: '1.0',
    marker: undefined,
    requiresPython: undefined,
    wheels: [file('alpha-1.0-py3-none-any.whl')],
    sdist: undefined,
    direct: undefined,
    table: {},
    ...more,
  })
  const render = (...packages: LockedPackage[]): string | undefined =>
    renderRequirements(packages, '/opt/pydeps')

  it('pins version and hash of every file, under the marker', () => {
    const sdist = file('alpha-1.0.tar.gz', { hashes: { sha256: 'b'.repeat(64), md5: 'c' } })
    expect(render(locked({ sdist, marker: 'sys_platform == "linux"' }))).toBe(
      `alpha==1.0 ; sys_platform == "linux" \\\n    --hash=sha256:${sha256} \\\n    --hash=sha256:${'b'.repeat(64)}\n`,
    )
  })

  it('keeps a file that is in the image', () => {
    const wheel = file('a.whl', { url: undefined, path: './wheels/alpha-1.0+a b-py3-none-any.whl' })
    expect(render(locked({ wheels: [wheel] }))).toContain(
      'alpha @ file:///opt/pydeps/wheels/alpha-1.0+a%20b-py3-none-any.whl \\\n',
    )
  })

  it.each<[string, Partial<LockedPackage>]>([
    ['a repository', { direct: 'vcs' }],
    ['an address', { direct: 'archive' }],
    ['no version', { version: undefined }],
    ['no file', { wheels: [] }],
    ['a file without a hash', { wheels: [file('a.whl', { hashes: { md5: 'c' } })] }],
    [
      'two files in the image',
      { wheels: [file('a.whl', { path: 'a.whl' }), file('b.whl', { path: 'b.whl' })] },
    ],
  ])('is not to be had for %s', (_, more) => {
    expect(render(locked(), locked(more))).toBeUndefined()
  })

  it('is empty for an empty lock', () => {
    expect(render()).toBe('')
  })
})

import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { Failure } from '../../src/failure.ts'
import {
  evaluateMarker,
  markerApplies,
  parseMarker,
  type MarkerEnvironment,
} from '../../src/project/markers.ts'
import { createMarkerEnvironment } from '../fixtures/project.ts'

/** Markers and environments made at random, judged by Python's own `packaging`. */
const oracle = `
import json, random
try:
    import packaging
    from packaging import markers
except ImportError:
    from pip._vendor import packaging
    from pip._vendor.packaging import markers
# Before version 22 no marker held for a pre-release of Python.
modern = int(packaging.__version__.split('.')[0]) >= 22
r = random.Random(508)
pythons = ['2.7.18', '3.7.0', '3.8.10', '3.9.18', '3.10.0', '3.11.0rc1', '3.11.7', '3.12.4', '3.13.0b2', '3.13.5', '3.14.0']
if not modern:
    pythons = [p for p in pythons if not set(p) & set('abr')]
strings = {
  'os_name': ['posix', 'nt', 'java'],
  'sys_platform': ['linux', 'win32', 'darwin', 'linux2', 'cygwin'],
  'platform_machine': ['x86_64', 'aarch64', 'arm64', 'AMD64', 'ppc64le'],
  'platform_python_implementation': ['CPython', 'PyPy', 'Jython'],
  'platform_system': ['Linux', 'Darwin', 'Windows', ''],
  'implementation_name': ['cpython', 'pypy'],
}
versions = {
  'python_version': ['2.7', '3', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'],
  'python_full_version': pythons + ['3.13', '3.11.5.post1'] + (['3.12.0a1'] if modern else []),
  'implementation_version': pythons,
}
def quoted(text):
    return r.choice(['"%s"', "'%s'"]) % text
def comparison():
    kind = r.random()
    if kind < 0.5:
        name = r.choice(list(versions)); value = r.choice(versions[name])
        op = r.choice(['<', '<=', '>', '>=', '==', '!=', '~=', '===', '==*', '!=*', 'in', 'not in'])
        if op in ('in', 'not in'):
            value = r.choice([', ', ' ', ',']).join(r.sample(versions[name], 3))
        elif op.endswith('*'):
            op, value = op[:2], value.split('rc')[0].split('b')[0].split('a')[0].split('.post')[0] + '.*'
        elif op == '~=' and '.' not in value:
            value += '.0'
        return (name + (r.choice([' ', '']) if op[0] in '<>=!~' else ' ') + op + ' ' + quoted(value)) if r.random() < 0.8 or op in ('in', 'not in', '~=') or '*' in value else quoted(value) + ' ' + op + ' ' + name
    if kind < 0.9:
        name = r.choice(list(strings)); value = r.choice(strings[name])
        op = r.choice(['==', '!=', 'in', 'not in'])
        if r.random() < 0.7:
            return '%s %s %s' % (name, op, quoted(value if r.random() < 0.7 else value + ' ' + r.choice(strings[name])))
        return '%s %s %s' % (quoted(value[:r.randint(1, 6)]), op, name)
    return 'extra %s %s' % (r.choice(['==', '!=']), quoted(r.choice(['dev', 'test', 'a-b'])))
def marker(depth=0):
    if depth > 3 or r.random() < 0.4:
        return comparison()
    inner = (r.choice([' ', '  ']) + r.choice(['and', 'or']) + ' ').join(marker(depth + 1) for _ in range(r.randint(2, 3)))
    return '(' + inner + ')' if r.random() < 0.5 else inner
out = []
for _ in range(3000):
    text = marker()
    full = r.choice(pythons)
    env = {name: r.choice(values) for name, values in strings.items()}
    env.update(python_full_version=full, implementation_version=full, python_version='.'.join(full.split('.')[:2]),
               platform_release='', platform_version='', extra=r.choice(['', 'dev', 'test', 'a-b']))
    try:
        result = markers.Marker(text).evaluate(env)
    except Exception as error:
        result = type(error).__name__
    out.append([text, env, result])
print(json.dumps(out))
`

describe('markers', () => {
  it('says what Python says of thousands of markers', () => {
    const text = execFileSync('python3', ['-c', oracle], { encoding: 'utf8', maxBuffer: 1 << 26 })
    const cases = JSON.parse(text) as [string, Partial<MarkerEnvironment>, boolean | string][]
    const wrong = cases.flatMap(([marker, env, expected]) => {
      const actual = verdict(marker, createMarkerEnvironment(env))
      const agrees = typeof expected === 'boolean' ? actual === expected : actual === 'Failure'
      return agrees ? [] : [{ marker, env, expected, actual }]
    })
    expect(wrong.slice(0, 5)).toEqual([])
    expect(cases.filter(([, , expected]) => expected === true).length).toBeGreaterThan(500)
    expect(cases.filter(([, , expected]) => expected === false).length).toBeGreaterThan(500)
  })

  it.each([
    [`'dev' in extras`, true],
    [`'Dev' in extras`, true],
    [`'docs' in extras`, false],
    [`'docs' not in extras`, true],
    [`'a.b' in extras and 'lint' in dependency_groups`, true],
    [`'lint' not in dependency_groups or 'x' in extras`, false],
  ])('knows the sets of pylock.toml: %s', (marker, expected) => {
    const environment = createMarkerEnvironment({ extras: ['dev', 'A_B'], dependency_groups: ['lint'] })
    expect(markerApplies(marker, environment)).toBe(expected)
  })

  it('compares extras as they are normalised', () => {
    expect(markerApplies(`extra == 'A_B'`, createMarkerEnvironment({ extra: 'a-b' }))).toBe(true)
  })

  it('binds "and" tighter than "or"', () => {
    const environment = createMarkerEnvironment({ os_name: 'posix' })
    expect(markerApplies(`os_name == 'posix' or os_name == 'x' and os_name == 'y'`, environment)).toBe(true)
    expect(markerApplies(`(os_name == 'posix' or os_name == 'x') and os_name == 'y'`, environment)).toBe(
      false,
    )
  })

  it('reads the spellings from before PEP 508', () => {
    const environment = createMarkerEnvironment({ os_name: 'posix', sys_platform: 'linux' })
    expect(markerApplies(`os.name == 'posix' and sys.platform == 'linux'`, environment)).toBe(true)
    expect(markerApplies(`python_implementation == 'CPython'`, environment)).toBe(true)
  })

  it('compares a kernel release as text when it is no version', () => {
    const environment = createMarkerEnvironment({ platform_release: '6.1.0-23-amd64' })
    expect(markerApplies(`platform_release == '6.1.0-23-amd64'`, environment)).toBe(true)
    expect(markerApplies(`platform_release >= '5'`, createMarkerEnvironment({ platform_release: '' }))).toBe(
      false,
    )
  })

  it('always applies when there is none', () => {
    expect(markerApplies(undefined, createMarkerEnvironment())).toBe(true)
    expect(markerApplies(' ', createMarkerEnvironment())).toBe(true)
  })

  it.each([
    '',
    'os_name',
    'os_name ==',
    `os_name == 'a' and`,
    `(os_name == 'a'`,
    `os_name == 'a')`,
    `os_nam == 'a'`,
    `os_name = 'a'`,
    `os_name == 'a`,
    `'a' == 'b'`,
    `os_name == "a" b`,
    `os_name == 'a' or or os_name == 'b'`,
  ])('refuses %s', (marker) => {
    expect(() => parseMarker(marker)).toThrow(Failure)
    expect(() => parseMarker(marker)).toThrow(
      /^environment marker .{0,520} is not valid: .+ expected at \d+$/,
    )
  })

  it('takes a long marker, and refuses one without an end', () => {
    const long = (n: number): string => Array.from({ length: n }, () => `os_name == 'nt'`).join(' or ')
    expect(markerApplies(long(2_000), createMarkerEnvironment())).toBe(false)
    expect(() => parseMarker(long(100_000))).toThrow(/fewer comparisons/)
  })

  it('refuses a tower of parentheses before the stack is full', () => {
    expect(() => parseMarker('('.repeat(100_000))).toThrow(/fewer parentheses/)
  })
})

function verdict(marker: string, environment: MarkerEnvironment): boolean | string {
  try {
    return evaluateMarker(parseMarker(marker), environment)
  } catch (error) {
    return (error as Error).name
  }
}

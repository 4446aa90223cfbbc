import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { bestWheel, tagsFor } from '../../src/project/tags.ts'
import type { Target } from '../../src/project/target.ts'
import { createLockedFile, createTarget } from '../fixtures/project.ts'

/** The tags that Python's own `packaging` gives for an interpreter and a libc it is told of. */
const oracle = `
import json, sys
try:
    from packaging import tags, _manylinux, _musllinux
except ImportError:
    from pip._vendor.packaging import tags, _manylinux, _musllinux
_manylinux._is_compatible = lambda *a: True
out = []
for minor, arch, kind, version in json.loads(sys.argv[1]):
    parts = tuple(int(x) for x in version.split('.')[:2])
    if kind == 'glibc':
        _manylinux._get_glibc_version = lambda: parts
        _manylinux._have_compatible_abi = lambda *a: True
        try:
            platforms = list(_manylinux.platform_tags([arch]))
        except TypeError:
            platforms = list(_manylinux.platform_tags('linux_' + arch, arch))
    else:
        platforms = ['musllinux_%d_%d_%s' % (parts[0], i, arch) for i in range(parts[1], -1, -1)]
    platforms.append('linux_' + arch)
    python, own = (3, minor), 'cp3%d' % minor
    found = list(tags.cpython_tags(python, [own], platforms)) + list(tags.compatible_tags(python, own, platforms))
    out.append([str(tag) for tag in found])
print(json.dumps(out))
`

const targets: readonly Target[] = [
  createTarget(),
  createTarget({ full: '3.9.2', libc: { kind: 'glibc', version: '2.17' } }),
  createTarget({ full: '3.14.0', libc: { kind: 'glibc', version: '2.41' } }),
  createTarget({ platform: { os: 'linux', architecture: 'arm64' } }),
  createTarget({ platform: { os: 'linux', architecture: '386' }, libc: { kind: 'glibc', version: '2.12' } }),
  createTarget({ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }),
  createTarget({ full: '3.12.1', libc: { kind: 'musl', version: '1.2' } }),
]
const machines: Record<string, string> = { amd64: 'x86_64', arm64: 'aarch64', '386': 'i686', arm: 'armv7l' }

describe('tagsFor', () => {
  it('gives the tags that Python gives, in the same order', () => {
    const asked = targets.map((t) => [
      Number(t.python.minor.split('.')[1]),
      machines[t.platform.architecture],
      t.libc.kind,
      t.libc.version,
    ])
    const text = execFileSync('python3', ['-c', oracle, JSON.stringify(asked)], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
    const expected = JSON.parse(text) as string[][]
    for (const [i, target] of targets.entries()) expect(tagsFor(target)).toEqual(expected[i])
  })
})

describe('bestWheel', () => {
  const best = (names: readonly string[], target = createTarget()): string | undefined =>
    bestWheel(
      names.map((name) => createLockedFile(name)),
      target,
    )?.filename

  it('prefers the newest libc that the target has, and never a newer one', () => {
    const names = ['17', '28', '36', '39'].map((v) => `a-1-cp313-cp313-manylinux_2_${v}_x86_64.whl`)
    expect(best(names)).toBe('a-1-cp313-cp313-manylinux_2_36_x86_64.whl')
    expect(best(names, createTarget({ libc: { kind: 'glibc', version: '2.31' } }))).toBe(
      'a-1-cp313-cp313-manylinux_2_28_x86_64.whl',
    )
  })

  it('reads compressed tag sets', () => {
    const name = 'a-1-cp312.cp313-cp312.cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'
    expect(best([name])).toBe(name)
  })

  it('takes the stable ABI of an older Python, not of a newer one', () => {
    const name = 'a-1-cp38-abi3-manylinux2014_x86_64.whl'
    expect(best([name, 'a-1-cp314-abi3-manylinux2014_x86_64.whl'])).toBe(name)
    expect(best(['a-1-cp314-abi3-manylinux2014_x86_64.whl'])).toBeUndefined()
  })

  it('prefers compiled code to pure Python, and the highest build of equals', () => {
    expect(best(['a-1-py3-none-any.whl', 'a-1-cp313-cp313-linux_x86_64.whl'])).toBe(
      'a-1-cp313-cp313-linux_x86_64.whl',
    )
    const builds = [
      'a-1-9-py3-none-any.whl',
      'a-1-10b-py3-none-any.whl',
      'a-1-10a-py3-none-any.whl',
      'a-1-py3-none-any.whl',
    ]
    expect(best(builds)).toBe('a-1-10b-py3-none-any.whl')
  })

  it('has nothing for another libc, architecture or system', () => {
    const names = [
      'a-1-cp313-cp313-musllinux_1_2_x86_64.whl',
      'a-1-cp313-cp313-manylinux2014_aarch64.whl',
      'a-1-cp313-cp313-win_amd64.whl',
      'a-1-cp313-cp313t-manylinux2014_x86_64.whl',
      'a-1-pp310-pypy310_pp73-manylinux2014_x86_64.whl',
    ]
    expect(best(names)).toBeUndefined()
    expect(best(names, createTarget({ libc: { kind: 'musl', version: '1.2' } }))).toBe(names[0])
  })

  it('passes over what is no wheel', () => {
    expect(best(['a-1.tar.gz', 'a.whl', '-----.whl', 'a-1-x-py3-none-any.whl', 'a-1-py3-none-any.whl'])).toBe(
      'a-1-py3-none-any.whl',
    )
  })
})

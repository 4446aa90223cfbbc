import { describe, expect, it } from '@jest/globals'
import { type Distribution, findDistributions } from '../../src/image/distributions.ts'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { createListing, type TinyLayer } from '../fixtures/image.ts'

const site = 'opt/venv/lib/python3.13/site-packages'

function find(...layers: TinyLayer[]): readonly Distribution[] {
  return findDistributions(mergeLayers(layers.map((layer) => createListing(layer))))
}

/** A layer with paths below a folder. */
function below(folder: string, layer: TinyLayer): TinyLayer {
  return Object.fromEntries(Object.entries(layer).map(([path, what]) => [`${folder}/${path}`, what]))
}

function distInfo(name: string, version: string, record: string): TinyLayer {
  return {
    [`${name}-${version}.dist-info/METADATA`]: `Name: ${name}\nVersion: ${version}\n`,
    [`${name}-${version}.dist-info/RECORD`]: record,
  }
}

describe('findDistributions', () => {
  it('gives a distribution what its RECORD names, scripts, libraries and compiled files with it', () => {
    const [numpy, ...more] = find({
      ...below(site, {
        'numpy/__init__.py': 10,
        'numpy/core.so': 20,
        'numpy.libs/blas.so': 30,
        'numpy/__pycache__/__init__.cpython-313.pyc': 5,
        'numpy/__pycache__/__init__.cpython-313.opt-1.pyc': 6,
        'numpy/__pycache__/other.cpython-313.pyc': 7,
        'unrelated.py': 1,
        ...distInfo(
          'NumPy',
          '2.1',
          'numpy/__init__.py,,\nnumpy/core.so,,\nnumpy.libs/blas.so,,\n../../../bin/f2py,,\n../../../share/man/f2py.1,,\nnumpy/missing.py,,\n',
        ),
        'NumPy-2.1.dist-info/licenses/LICENSE': 3,
      }),
      'opt/venv/bin/f2py': 40,
      'opt/venv/share/man/f2py.1': 50,
    })
    expect(more).toEqual([])
    expect(numpy).toMatchObject({
      name: 'numpy',
      version: '2.1',
      location: site,
      estimated: false,
    })
    expect([...(numpy?.files ?? [])].sort()).toEqual(
      [
        'opt/venv/bin/f2py',
        `${site}/NumPy-2.1.dist-info/METADATA`,
        `${site}/NumPy-2.1.dist-info/RECORD`,
        `${site}/NumPy-2.1.dist-info/licenses/LICENSE`,
        `${site}/numpy.libs/blas.so`,
        `${site}/numpy/__init__.py`,
        `${site}/numpy/__pycache__/__init__.cpython-313.opt-1.pyc`,
        `${site}/numpy/__pycache__/__init__.cpython-313.pyc`,
        `${site}/numpy/core.so`,
        'opt/venv/share/man/f2py.1',
      ].sort(),
    )
  })

  it('gives a file that two claim to the first alone', () => {
    const [a, b] = find(
      below(site, {
        'shared/__init__.py': 1,
        ...distInfo('b', '1', 'shared/__init__.py,,\n'),
        ...distInfo('a', '1', 'shared/__init__.py,,\n'),
      }),
    )
    expect([a?.name, b?.name]).toEqual(['a', 'b'])
    expect(a?.files).toContain(`${site}/shared/__init__.py`)
    expect(b?.files).not.toContain(`${site}/shared/__init__.py`)
  })

  it('finds files through links to folders, and absolute rows inside the environment', () => {
    const [x] = find({
      'opt/venv/lib64': { linkname: 'lib' },
      ...below(site, {
        'x.py': 1,
        'y.py': 2,
        ...distInfo(
          'x',
          '1',
          '../../../lib64/python3.13/site-packages/x.py,,\n/opt/venv/lib/python3.13/site-packages/y.py,,\n',
        ),
      }),
    })
    expect(x?.files).toEqual(expect.arrayContaining([`${site}/x.py`, `${site}/y.py`]))
  })

  it('counts nothing outside the environment', () => {
    const [x] = find({
      'etc/shadow': 100,
      'usr/bin/bash': 100,
      ...below(
        site,
        distInfo('x', '1', '../../../../../etc/shadow,,\n/usr/bin/bash,,\n../../../../../../../../up,,\n'),
      ),
    })

    expect(x?.files.every((path) => path.startsWith(`${site}/`))).toBe(true)
  })

  it('estimates by top-level names where no list is', () => {
    const [foo, six] = find(
      below('usr/lib/python3/dist-packages', {
        'six.py': 10,
        'sixty.py': 99,
        '__pycache__/six.cpython-313.pyc': 5,
        'six-1.16.0.egg-info': 'Name: six\nVersion: 1.16.0\n',
        'foo_bar/a/b.py': 20,
        'foo_bar.cpython-313-x86_64-linux-gnu.so': 30,
        'foo_bar-2.dist-info/METADATA': 'Name: Foo.Bar\nVersion: 2\n',
        'foo_bar-2.dist-info/top_level.txt': 'foo_bar\n../../../../etc\n',
      }),
    )
    const folder = 'usr/lib/python3/dist-packages'
    expect(six).toMatchObject({ name: 'six', version: '1.16.0', estimated: true })
    expect([...(six?.files ?? [])].sort()).toEqual([
      `${folder}/__pycache__/six.cpython-313.pyc`,
      `${folder}/six-1.16.0.egg-info`,
      `${folder}/six.py`,
    ])
    expect(foo).toMatchObject({ name: 'foo-bar', estimated: true })
    expect(foo?.files).toHaveLength(4)
  })

  it('reads installed-files.txt of an egg-info, and eggs', () => {
    const found = find(
      below(site, {
        'old.py': 10,
        'old-1.egg-info/PKG-INFO': 'Name: old\nVersion: 1\n',
        'old-1.egg-info/installed-files.txt': '../old.py\nPKG-INFO\n',
        'zipped-1.2-py3.13.egg': 77,
        'folder-3-py3.13.egg/EGG-INFO/PKG-INFO': 'Name: folder\nVersion: 3\n',
        'folder-3-py3.13.egg/folder/__init__.py': 5,
      }),
    )
    expect(
      found.map(({ name, version, files, estimated }) => [name, version, files.length, estimated]),
    ).toEqual([
      ['folder', '3', 2, false],
      ['old', '1', 3, false],
      ['zipped', '1.2', 1, false],
    ])
  })

  it('takes a vendored copy for a part of who brings it', () => {
    const vendored = 'setuptools/_vendor/wheel-0.45.dist-info'
    const found = find(
      below(site, {
        [`${vendored}/METADATA`]: 'Name: wheel\nVersion: 0.45\n',
        [`${vendored}/RECORD`]: '',
        ...distInfo('setuptools', '80', `${vendored}/METADATA,,\n${vendored}/RECORD,,\n`),
      }),
    )
    expect(found.map(({ name }) => name)).toEqual(['setuptools'])
  })

  it('finds environments anywhere, and the same distribution in two of them', () => {
    const found = find({
      ...below('app/.venv/lib/python3.12/site-packages', { 'x.py': 1, ...distInfo('x', '1', 'x.py,,\n') }),
      ...below('root/.local/lib/python3.12/site-packages', { 'x.py': 1, ...distInfo('x', '2', 'x.py,,\n') }),
      ...below('srv/target', { 'x.py': 1, ...distInfo('x', '3', 'x.py,,\n../../etc/x,,\n') }),
      'etc/x': 1,
    })
    expect(found.map(({ location, version, files }) => [location, version, files.length])).toEqual([
      ['srv/target', '3', 3],
      ['app/.venv/lib/python3.12/site-packages', '1', 3],
      ['root/.local/lib/python3.12/site-packages', '2', 3],
    ])
  })

  it('does not see a distribution that a later layer removed', () => {
    const layer = below(site, { 'x.py': 1, ...distInfo('x', '1', 'x.py,,\n') })
    expect(find(layer, { [`${site}/.wh.x-1.dist-info`]: 0 })).toEqual([])
  })

  it('needs no METADATA, and takes name and version from the folder', () => {
    const [x] = find(below(site, { 'x.py': 1, 'x_y-1.5.dist-info/RECORD': 'x.py,,\n' }))
    expect(x).toMatchObject({ name: 'x-y', version: '1.5' })
    expect(find(below(site, { 'x-1.dist-info/METADATA': 'no metadata' }))[0]).toMatchObject({
      name: 'x',
      version: '1',
    })
  })

  it('leaves what is installed to be edited where its modules are, and says where', () => {
    const link = (url: string, editable = true): string => JSON.stringify({ url, dir_info: { editable } })
    const found = find({
      'app/my src/web/__init__.py': 500,
      'app/my src/web.egg-info/PKG-INFO': 'Name: web\nVersion: 1\n',
      'app/my src/web.egg-info/top_level.txt': 'web\n',
      'app/my src/web.egg-info/SOURCES.txt': 'web/__init__.py\n',
      ...below(site, {
        ...distInfo('web', '1', '__editable__.web-1.pth,,\n__editable___web_1_finder.py,,\n'),
        'web-1.dist-info/direct_url.json': link('file:///app/my%20src'),
        '__editable__.web-1.pth': 10,
        '__editable___web_1_finder.py': 20,
        ...distInfo('copied', '1', ''),
        'copied-1.dist-info/direct_url.json': link('file:///app/copied', false),
        ...distInfo('endless', '1', ''),
        'endless-1.dist-info/direct_url.json': link('file:///app/endless') + ' '.repeat(70_000),
        ...distInfo('lying', '1', ''),
        'lying-1.dist-info/direct_url.json': '{"editable": nonsense',
      }),
    })
    expect(found.map(({ name, editable }) => [name, editable])).toEqual([
      ['copied', undefined],
      ['endless', undefined],
      ['lying', undefined],
      ['web', 'app/my src'],
    ])
    expect(found[3]?.files.filter((path) => !path.includes('dist-info'))).toEqual([
      `${site}/__editable__.web-1.pth`,
      `${site}/__editable___web_1_finder.py`,
    ])
  })

  it('takes what a build left beside the sources for installed only where something links to it', () => {
    const sources = below('app', {
      'web/__init__.py': 500,
      'web.egg-info/PKG-INFO': 'Name: Web\nVersion: 1.5\n',
      'web.egg-info/top_level.txt': 'web\n',
    })
    expect(find(sources)).toEqual([])
    const [web, ...more] = find({ ...sources, [`${site}/Web.egg-link`]: '/app\n.' })
    expect(more).toEqual([])
    expect(web).toMatchObject({
      ...{ name: 'web', version: '1.5', location: site, editable: 'app', estimated: false },
      files: [`${site}/Web.egg-link`],
    })
  })

  it('takes an egg-info that an installer put outside for a distribution', () => {
    const [x] = find(
      below('srv/target', {
        'x.py': 1,
        'x-1.egg-info/PKG-INFO': 'Name: x\nVersion: 1\n',
        'x-1.egg-info/installed-files.txt': '../x.py\nPKG-INFO\n',
      }),
    )
    expect(x).toMatchObject({ name: 'x', location: 'srv/target' })
    expect(x?.files).toContain('srv/target/x.py')
  })

  it.each([
    ['that no list names', `${site}/setuptools/_vendor`, {}],
    ['in a package of any name', `${site}/numpy/third_party`, {}],
    ['in the application', 'app/web/_vendor', {}],
    ['that a list beside it names', 'app/vendor', { 'app/vendor/vendored.txt': 10 }],
  ])('takes a vendored copy for none %s', (_, folder, more) => {
    const copy = below(folder, { 'x.py': 1, ...distInfo('x', '1', 'x.py,,\n') })
    expect(find({ ...copy, ...more })).toEqual([])
  })

  it('finds eggs in the folders of Debian too, and elsewhere only files', () => {
    const eggs = { 'x-1.2-py3.13.egg': 7 }
    const found = find({
      ...below('usr/local/lib/python3.13/dist-packages', eggs),
      ...below('srv/eggs', eggs),
    })
    expect(found.map(({ name, location }) => [name, location])).toEqual([
      ['x', 'usr/local/lib/python3.13/dist-packages'],
    ])
  })

  it('has the scripts of a PyPy', () => {
    const packages = 'opt/pypy/lib/pypy3.10/site-packages'
    const [x] = find({
      ...below(packages, distInfo('x', '1', '../../../bin/x,,\n')),
      'opt/pypy/bin/x': 1,
    })
    expect(x?.files).toContain('opt/pypy/bin/x')
  })
})

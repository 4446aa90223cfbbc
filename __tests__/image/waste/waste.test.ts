import { describe, expect, it } from '@jest/globals'
import type { Measured } from '../../../src/image/measure.ts'
import type { Measurement } from '../../../src/image/measurement.ts'
import { createConfig, type TinyLayer } from '../../fixtures/image.ts'
import { measure } from '../../fixtures/invariants.ts'
import { createMeasured } from '../../fixtures/measured-layers.ts'

type Row = Measurement['waste'][number]

const site = 'opt/venv/lib/python3.13/site-packages'
const base: TinyLayer = {
  'usr/local/bin/python3.13': 2000,
  'usr/local/lib/python3.13/os.py': 500,
  'var/lib/apt/lists/base': 500_000,
}
const venv: TinyLayer = { 'opt/venv/pyvenv.cfg': 'home = /usr/local/bin\n' }

/** A distribution of these files, by their path in site-packages. */
function distribution(
  name: string,
  files: Readonly<Record<string, number>>,
  { version = '1.0', in: folder = site, requires = '' } = {},
): TinyLayer {
  const info = `${folder}/${name}-${version}.dist-info`
  return {
    ...Object.fromEntries(Object.entries(files).map(([path, size]) => [`${folder}/${path}`, size])),
    [`${info}/METADATA`]: `Name: ${name}\nVersion: ${version}\n${requires && `Requires-Dist: ${requires}\n`}`,
    [`${info}/RECORD`]: Object.keys(files)
      .map((path) => `${path},,\n`)
      .join(''),
  }
}

/** Measures an image of these layers above a base. */
function measureAbove(layers: readonly TinyLayer[], overrides: Partial<Measured> = {}): Measurement {
  const measurement = measure(createMeasured([base, ...layers], { baseLayers: 1, ...overrides }))
  return measurement
}

function wasteAbove(...layers: readonly TinyLayer[]): readonly Row[] {
  return measureAbove(layers).waste
}

/** Rows as `path: bytes part, why`. */
function told(rows: readonly Row[]): readonly string[] {
  return rows.map(({ path, bytes, part, why }) => `${path}: ${bytes} ${part}, ${why}`)
}

describe('waste that is a part of its own', () => {
  it('is the caches of installers, one row for each, and what to do about it', () => {
    const measurement = measureAbove([
      { 'root/.cache/pip/http/a': 3000, 'root/.cache/pip/wheels/b': 2000, 'home/app/.cache/uv/c': 4000 },
      { 'var/lib/apt/lists/new': 1000, 'root/.cache/huggingface/model': 9000 },
    ])
    expect(told(measurement.waste)).toEqual([
      '/root/.cache/pip: 5000 waste, cache of pip',
      '/home/app/.cache/uv: 4000 waste, cache of uv',
      "/var/lib/apt/lists: 1000 waste, apt's package lists",
    ])
    expect(measurement.parts.waste).toBe(10_000)
    expect(measurement.waste.map(({ hint }) => hint)).toEqual([
      expect.stringContaining('pip install --no-cache-dir'),
      expect.stringContaining('--mount=type=cache,target=/home/app/.cache/uv '),
      expect.stringContaining('rm -rf /var/lib/apt/lists/*'),
    ])
  })

  it('estimates the download by how well the layer is compressed', () => {
    // Layers have 1000 compressed bytes each.
    const [row] = wasteAbove({ 'root/.cache/pip/a': 3000, 'usr/share/b': 1000 })
    expect(row).toMatchObject({ bytes: 3000, download: 750 })
    const [all] = wasteAbove({ 'root/.cache/pip/a': 3000 })
    expect(all).toMatchObject({ bytes: 3000, download: 1000 })
  })

  it('is not what the base brings, nor a cache that is in use', () => {
    expect(wasteAbove({ 'app/main.py': 1 })).toEqual([])
    const linked = {
      'root/.cache/uv/archive/x/a.py': 9,
      'opt/a.py': { linkname: '/root/.cache/uv/archive/x/a.py' },
    }
    expect(wasteAbove(linked)).toEqual([])
    const inside = { ...linked, 'opt/a.py': 1, 'root/.cache/uv/b': { linkname: 'archive/x/a.py' } }
    expect(told(wasteAbove(inside))).toEqual(['/root/.cache/uv: 9 waste, cache of uv'])
  })

  it('is not what an environment shares with a cache', () => {
    const cached = 'root/.cache/uv/archive/x/torch.so'
    const measurement = measureAbove([
      {
        [cached]: 7000,
        'root/.cache/uv/other': 5,
        ...venv,
        ...distribution('torch', { 'torch.so': 0 }),
        [`${site}/torch.so`]: { type: 'hardlink', linkname: cached },
      },
    ])
    expect(told(measurement.waste)).toEqual(['/root/.cache/uv: 5 waste, cache of uv'])
    expect(measurement.packages[0]?.bytes).toBeGreaterThan(7000)
  })

  it('tells distributions in a cache as the cache, not as packages', () => {
    const measurement = measureAbove([
      distribution('torch', { 'torch.so': 7000 }, { in: 'root/.cache/uv/archive/x' }),
    ])
    expect(measurement.packages).toEqual([])
    expect(measurement.parts.waste).toBe(measurement.layers[1]?.disk)
  })

  it('is repositories', () => {
    expect(told(wasteAbove({ 'app/.git/HEAD': 20, 'app/.git/objects/a': 80, 'app/.gitignore': 5 }))).toEqual([
      '/app/.git: 100 waste, the Git repository',
    ])
  })

  it('is compiled Python that is of no use', () => {
    const compiled = (name: string, tag = 'cpython-313'): string => `app/__pycache__/${name}.${tag}.pyc`
    const layer = {
      'app/a.py': 1,
      'app/b.py': 1,
      'app/c.py': 1,
      [compiled('a')]: 10,
      [compiled('b', 'cpython-312')]: 20,
      [compiled('c')]: 30,
      [compiled('gone')]: 40,
    }
    const image = createMeasured([base, layer], { baseLayers: 1 })
    const listings = image.listings.map((one, i) => (i === 1 ? { ...one, stale: [compiled('c')] } : one))
    expect(told(measure({ ...image, listings }).waste)).toEqual([
      '/app: 40 waste, compiled Python without its source',
      '/app: 30 waste, compiled Python that is older than its source',
      '/app: 20 waste, compiled for Python 3.12, which is not in the image',
    ])
  })

  it('does not call a compiled file older than a source that another layer brought', () => {
    const pyc = 'app/__pycache__/a.cpython-313.pyc'
    const image = createMeasured([base, { 'app/a.py': 1, [pyc]: 10 }, { 'app/a.py': 2 }], { baseLayers: 1 })
    const listings = image.listings.map((one, i) => (i === 1 ? { ...one, stale: [pyc] } : one))
    expect(told(measure({ ...image, listings }).waste)).toEqual([])
  })
})

describe('waste that has an owner', () => {
  it('is test suites and static libraries of packages, one row for each environment', () => {
    const rows = wasteAbove({
      ...venv,
      ...distribution('pandas', {
        'pandas/core.py': 10,
        'pandas/tests/a.py': 300_000,
        'pandas/tests/b/c.py': 5,
      }),
      ...distribution('numpy', {
        'numpy/core.py': 10,
        'numpy/_core/tests/a.py': 200_000,
        'numpy/lib/m.a': 150_000,
      }),
      ...distribution('small', {
        'tests/a.py': 7,
        'small/contests/a.py': 400_000,
        'small/testing/a.py': 400_000,
      }),
    })
    expect(told(rows)).toEqual([
      `/${site}: 500012 environment, test suites of pandas (300 kB), numpy (200 kB), small (7 B)`,
      `/${site}: 150000 environment, static libraries of numpy (150 kB)`,
    ])
  })

  it('is told from 100 kB on, and leaves the bytes where they are', () => {
    const tests = (size: number): TinyLayer => ({ ...venv, ...distribution('a', { 'a/tests/b.py': size }) })
    expect(wasteAbove(tests(99_999))).toEqual([])
    const measurement = measureAbove([tests(100_000)])
    expect(measurement.waste).toHaveLength(1)
    expect(measurement.parts.waste).toBe(0)
  })

  it('has no line to change where wheels were put into layers as they are', () => {
    const history = [{ createdBy: 'debian' }, { createdBy: 'pydeps-image: a 1.0' }]
    const layer = { ...venv, ...distribution('a', { 'a/tests/b.py': 100_000 }) }
    const hint = (config: Measured['config']): string | undefined =>
      measureAbove([layer], { config }).waste[0]?.hint
    expect(hint(createConfig({}, { history }))).toContain('the wheels bring it along')
    expect(hint(createConfig())).toContain('in the RUN that installs')
  })

  it('is installers that nothing requires', () => {
    const layer = {
      ...venv,
      ...distribution('pip', { 'pip/a.py': 400_000 }),
      ...distribution('setuptools', { 'setuptools/a.py': 300_000 }),
      ...distribution('wheel', { 'wheel/a.py': 200_000 }),
      ...distribution('web', { 'web.py': 1 }, { requires: 'setuptools' }),
    }
    expect(told(measureAbove([layer], { directNames: ['web', 'wheel'] }).waste)).toEqual([
      expect.stringMatching(
        /^\/opt\/venv\/lib\/python3\.13\/site-packages\/pip: 400\d+ environment, pip 1\.0, which nothing here requires$/,
      ),
    ])
    expect(measureAbove([layer]).waste.map(({ path }) => path)).toEqual([`/${site}/pip`, `/${site}/wheel`])
  })

  it('leaves a Python its own pip where the base is not known', () => {
    const own = distribution('pip', { 'pip/a.py': 400_000 }, { in: 'usr/local/lib/python3.13/site-packages' })
    const measurement = measure(createMeasured([{ ...base, 'var/lib/apt/lists/base': 0, ...own }]))
    expect(measurement.waste).toEqual([])
  })

  it('is distributions that are there twice', () => {
    const other = 'usr/local/lib/python3.13/site-packages'
    const rows = wasteAbove({
      ...venv,
      ...distribution('numpy', { 'numpy/a': 900_000, 'numpy/b': 1 }),
      ...distribution('web', { 'web/a': 900_000 }),
      ...distribution('numpy', { 'numpy/a': 300_000 }, { in: other, version: '0.9' }),
      ...distribution('alone', { 'alone/a': 300_000 }, { in: other }),
    })
    expect(told(rows)).toEqual([
      expect.stringMatching(
        /^\/usr\/local\/lib\/python3\.13\/site-packages: 3000\d\d environment, also in \/opt\/venv\/lib\/python3\.13\/site-packages: numpy 0\.9 beside 1\.0 \(300 kB\)$/,
      ),
    ])
  })

  it('is two versions in one folder', () => {
    const rows = wasteAbove({
      ...venv,
      ...distribution('numpy', { 'numpy/a': 900_000, 'numpy/b': 900_000 }),
      ...distribution('numpy', { 'numpy/old': 300_000 }, { version: '0.9' }),
    })
    expect(told(rows)).toEqual([
      expect.stringContaining('two versions in one folder: numpy 0.9 beside 1.0 (300 kB)'),
    ])
  })

  it('is compilers and headers that were added', () => {
    const names = ['gcc-14', 'libpq-dev', 'libpq5', 'libgcc-s1', 'make', 'cmake-extras']
    const rows = wasteAbove({
      'var/lib/dpkg/status': names
        .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`)
        .join('\n'),
      ...Object.fromEntries(names.map((name) => [`var/lib/dpkg/info/${name}.list`, `/usr/lib/${name}/x\n`])),
      ...Object.fromEntries(names.map((name, i) => [`usr/lib/${name}/x`, 200_000 + i])),
    })
    expect(told(rows)).toEqual([
      '/usr: 600005 system, build tools: make (200 kB), libpq-dev (200 kB), gcc-14 (200 kB)',
    ])
    expect(rows[0]?.hint).toContain('COPY --from')
  })
})

describe('waste that no container sees', () => {
  const history = [
    'debian',
    'RUN /bin/sh -c pip install x # buildkit',
    '/bin/sh -c #(nop) COPY dir:a in /app ',
  ]
  const withHistory = (layers: readonly TinyLayer[]): readonly Row[] =>
    measureAbove(layers, {
      config: createConfig(
        {},
        {
          history: [base, ...layers].map((_, i) => ({ createdBy: history[i] ?? `RUN step ${i}` })),
        },
      ),
    }).waste

  it('is what a later layer deletes, and says which layers', () => {
    expect(told(withHistory([{ 'opt/a/x': 200_000, 'opt/a/y': 100_000 }, {}, { 'opt/.wh.a': 0 }]))).toEqual([
      '/opt/a: 300000 hidden, 2 files of layer 2 (`RUN pip install x`), deleted in layer 4 (`RUN step 3`)',
    ])
  })

  it('is what a later layer replaces', () => {
    expect(told(withHistory([{ 'opt/a/x': 200_000 }, { 'opt/a/x': 1 }]))).toEqual([
      '/opt/a/x: 200000 hidden, a file of layer 2 (`RUN pip install x`), replaced in layer 3 (`COPY dir:a in /app`)',
    ])
  })

  it('is what is there twice, as chown copies it', () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`opt/venv/lib/${i}`, 50_000 + i]))
    const [row, ...more] = withHistory([files, { ...files, 'opt/venv/new': 1 }])
    expect(more).toEqual([])
    expect(row).toMatchObject({
      path: '/opt/venv/lib',
      bytes: 600_066,
      download: 1000,
      part: 'hidden',
      why: '12 files of layer 2 (`RUN pip install x`) again in layer 3 (`COPY dir:a in /app`), with the same names and sizes',
      hint: expect.stringContaining('COPY --chown'),
    })
  })

  it('is a cache that was deleted too late', () => {
    const [row] = withHistory([{ 'root/.cache/pip/a': 200_000, 'opt/a': 1 }, { 'root/.cache/.wh.pip': 0 }])
    expect(row).toMatchObject({
      path: '/root/.cache/pip',
      part: 'hidden',
      why: 'cache of pip of layer 2 (`RUN pip install x`), deleted in layer 3 (`COPY dir:a in /app`)',
      hint: expect.stringContaining('--no-cache-dir'),
    })
  })

  it('is not what the base hides, nor what is hidden of it', () => {
    const layers = [{ a: 200_000, b: 200_000 }, { a: 1 }, { '.wh.b': 0 }]
    expect(measure(createMeasured(layers, { baseLayers: 2 })).waste).toEqual([])
    expect(measure(createMeasured(layers)).waste).toHaveLength(2)
  })
})

describe('rows of waste', () => {
  it('are as many as can be read, and the rest summed for each part', () => {
    const repositories = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`src/${i}/.git/HEAD`, 1000 + i]),
    )
    const { waste, parts } = measureAbove([repositories])
    expect(waste).toHaveLength(41)
    expect(waste[0]).toMatchObject({ path: '/src/59/.git', bytes: 1059 })
    expect(waste.at(-1)).toMatchObject({
      path: '/',
      part: 'waste',
      bytes: 20_190,
      why: '20 more places, each smaller than those above',
    })
    expect(parts.waste).toBe(61_770)
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { createConfig, createDigest, createListing, type TinyLayer } from '../fixtures/image.ts'
import { measure, sum } from '../fixtures/invariants.ts'
import { createMeasured } from '../fixtures/measured-layers.ts'

const site = 'opt/venv/lib/python3.13/site-packages'
const metadata = (name: string, requires = ''): string => `Name: ${name}\nVersion: 1.0\n${requires}`
const status = 'Package: bash\nStatus: install ok installed\nVersion: 5\n'
const base: TinyLayer = {
  'usr/bin/bash': 1000,
  'etc/passwd': 10,
  'usr/local/bin/python3.13': 2000,
  'usr/local/lib/python3.13/os.py': 500,
  'usr/local/lib/python3.13/site-packages/pip/__init__.py': 300,
  'usr/local/lib/python3.13/site-packages/pip-25.dist-info/METADATA': metadata('pip'),
  'usr/local/lib/python3.13/site-packages/pip-25.dist-info/RECORD': 'pip/__init__.py,,\n',
  'var/lib/dpkg/status': status,
  'var/lib/dpkg/info/bash.list': '/usr/bin/bash\n',
}
const environment: TinyLayer = {
  'opt/venv/pyvenv.cfg': 'home = /usr/local/bin\n',
  'opt/venv/bin/activate': 70,
  'opt/venv/bin/python': { linkname: '/usr/local/bin/python3.13' },
  [`${site}/torch/lib.so`]: 5000,
  [`${site}/torch-1.0.dist-info/METADATA`]: metadata('torch', 'Requires-Dist: numpy\n'),
  [`${site}/torch-1.0.dist-info/RECORD`]: 'torch/lib.so,,\n',
  [`${site}/numpy/core.so`]: 3000,
  [`${site}/numpy-1.0.dist-info/METADATA`]: metadata('numpy'),
  [`${site}/numpy-1.0.dist-info/RECORD`]: 'numpy/core.so,,\n',
}
const app: TinyLayer = {
  'app/main.py': 100,
  'home/app/.profile': 5,
  'etc/passwd': 30,
  'opt/venv/bin/activate': 80,
}

describe('measure', () => {
  const distInfo = (name: string): number =>
    sum(
      Object.entries(environment)
        .filter(([path]) => path.includes(`${name}-1.0`))
        .map(([, text]) => (typeof text === 'string' ? text.length : 0)),
    )

  it('tells everything of an image on a known base', () => {
    const config = createConfig(
      { workingDir: '/app' },
      {
        diffIds: [createDigest(7), createDigest(8), createDigest(9)],
        history: [
          { createdBy: 'debian' },
          { createdBy: 'ENV', emptyLayer: true },
          { createdBy: 'environment' },
          { createdBy: 'app' },
        ],
      },
    )
    const measurement = measure(
      createMeasured([base, environment, app], {
        config,
        baseLayers: 1,
        mode: 'ship',
        engine: 'assemble',
        directNames: ['Torch'],
        timings: [{ step: 'build', ms: 5, cached: false }],
      }),
    )
    const baseBytes = measurement.layers[0]?.disk ?? 0
    const environmentBytes = 22 + 80 + 5000 + 3000 + distInfo('torch') + distInfo('numpy')
    expect(measurement).toEqual({
      schemaVersion: 1,
      image: { reference: 'oci:image', digest: createDigest('f'), platform: 'linux/arm64' },
      basis: { compression: 'gzip', source: 'oci' },
      mode: 'ship',
      engine: 'assemble',
      sizes: {
        download: 3000,
        disk: baseBytes + environmentBytes - 80 + 70 + 215,
        filesystem: baseBytes - 10 + environmentBytes + 100 + 5 + 30,
        environment: environmentBytes,
      },
      parts: {
        base: baseBytes - 10,
        system: 0,
        interpreter: 0,
        environment: environmentBytes,
        app: 105,
        waste: 0,
        other: 30,
      },
      layers: [
        {
          digest: createDigest(0),
          diffId: createDigest(7),
          mediaType: 'layer',
          download: 1000,
          disk: baseBytes,
          part: 'base',
          createdBy: 'debian',
        },
        expect.objectContaining({ part: 'environment', createdBy: 'environment' }),
        expect.objectContaining({ disk: 215, part: 'app', createdBy: 'app' }),
      ],
      packages: [
        {
          name: 'torch',
          version: '1.0',
          bytes: 5000 + distInfo('torch'),
          files: 3,
          location: `/${site}`,
          direct: true,
          requiredBy: [],
        },
        {
          name: 'numpy',
          version: '1.0',
          bytes: 3000 + distInfo('numpy'),
          files: 3,
          location: `/${site}`,
          direct: false,
          requiredBy: [['torch']],
        },
      ],
      systemPackages: [],
      waste: [],
      timings: [{ step: 'build', ms: 5, cached: false }],
    })
  })

  it('attributes everything where the base is not known', () => {
    const measurement = measure(createMeasured([base, environment, app]))
    expect(measurement.parts).toMatchObject({ base: 0, interpreter: 2500, app: 100, waste: 0, other: 35 })
    expect(measurement.packages.map(({ name, direct }) => [name, direct])).toEqual([
      ['torch', true],
      ['numpy', false],
      ['pip', true],
    ])
    expect(measurement.systemPackages).toEqual([{ name: 'bash', version: '5', bytes: 1000 }])
    expect(measurement.layers.map(({ part }) => part)).toEqual(['interpreter', 'environment', 'app'])
  })

  it('lists system packages that were added to a base, and not those of the base', () => {
    const added: TinyLayer = {
      'usr/lib/libpq.so': 400,
      'var/lib/dpkg/status': `${status}\nPackage: libpq5\nStatus: install ok installed\nVersion: 17\n`,
      'var/lib/dpkg/info/libpq5.list': '/usr/lib/libpq.so\n',
    }
    const measurement = measure(createMeasured([base, added], { baseLayers: 1 }))
    expect(measurement.systemPackages).toEqual([{ name: 'libpq5', version: '17', bytes: 400 }])
    expect(measurement.parts.system).toBe(measurement.layers[1]?.disk)
  })

  it('counts a file of two packages for one of them', () => {
    const folder = 'usr/lib/python3/dist-packages'
    const apt: TinyLayer = {
      [`${folder}/numpy/core.so`]: 900,
      [`${folder}/numpy-2.dist-info/METADATA`]: metadata('numpy'),
      'usr/bin/f2py': 50,
      'var/lib/dpkg/status': 'Package: python3-numpy\nStatus: install ok installed\nVersion: 2\n',
      'var/lib/dpkg/info/python3-numpy.list': `/${folder}/numpy/core.so\n/usr/bin/f2py\n`,
    }
    const measurement = measure(createMeasured([apt]))
    expect(measurement.packages[0]).toMatchObject({
      name: 'numpy',
      estimated: true,
      bytes: 900 + metadata('numpy').length,
    })
    expect(measurement.systemPackages).toEqual([{ name: 'python3-numpy', version: '2', bytes: 50 }])
  })

  it('says how its layers are compressed', () => {
    const compression = (...all: ('gzip' | 'zstd' | 'none')[]): string =>
      measure(
        createMeasured(
          all.map(() => ({})),
          { listings: all.map((one) => createListing({}, { compression: one })) },
        ),
      ).basis.compression
    expect(compression('gzip', 'gzip')).toBe('gzip')
    expect(compression('gzip', 'zstd')).toBe('mixed')
    expect(compression()).toBe('none')
  })

  it('says what installed a distribution, where that can be a name', () => {
    const installer = (text: string): string | undefined => {
      const layer = { ...environment, [`${site}/torch-1.0.dist-info/INSTALLER`]: text }
      return measure(createMeasured([layer])).packages.find(({ name }) => name === 'torch')?.installer
    }
    expect([installer('uv'), installer('pip\n')]).toEqual(['uv', 'pip'])
    expect([installer(''), installer('<b>\n')]).toEqual([undefined, undefined])
    expect(installer('x'.repeat(100))).toHaveLength(40)
  })

  it('names a database of packages that it cannot read', () => {
    const rpm = measure(createMeasured([{ ...base, 'var/lib/rpm/rpmdb.sqlite': 500 }]))
    expect(rpm.notRead).toEqual(['rpm'])
    expect(measure(createMeasured([base])).notRead).toBeUndefined()
  })

  it('refuses listings of another image', () => {
    const measuring = (): unknown => measure(createMeasured([base], { listings: [] }))
    expect(measuring).toThrow(Failure)
    expect(measuring).toThrow('has 1 layers, and 0 were read')
  })

  it('adds up for any image', () => {
    const folder = fc.constantFrom(
      site,
      'app',
      'app/.venv',
      'usr/bin',
      'etc',
      'usr/local/lib/python3.13',
      'var/lib/dpkg/info',
      'root/.cache/uv',
      'app/.git',
    )
    const file = fc.constantFrom(
      'pyvenv.cfg',
      'os.py',
      'x.py',
      'x/tests/y.py',
      'm.a',
      '__pycache__/x.cpython-313.pyc',
      'x-1.dist-info/METADATA',
      'x-1.dist-info/RECORD',
      'y-1.dist-info/RECORD',
      'bash.list',
      '.wh.x.py',
      '.wh..wh..opq',
    )
    const path = fc.tuple(folder, file).map((parts) => parts.join('/'))
    const what = fc.oneof(
      fc.nat(1000),
      fc.integer({ min: 90_000, max: 300_000 }),
      fc.constantFrom(
        'x.py,,\nx/tests/y.py,,\nm.a,,\n../../../bin/x,,\n../../../../etc/passwd,,\n',
        '/usr/bin/x.py\n/app/x.py\n/app/.git/x.py\n',
        metadata('x'),
      ),
      path.map((linkname) => ({ type: 'hardlink' as const, linkname })),
      path.map((linkname) => ({ linkname: `/${linkname}` })),
    )
    const layers = fc.array(fc.dictionary(path, what, { maxKeys: 15 }), { maxLength: 4 })
    fc.assert(
      fc.property(layers, fc.option(fc.nat(4), { nil: undefined }), (given, baseLayers) => {
        measure(createMeasured([base, ...given], { baseLayers }))
      }),
      { numRuns: 500 },
    )
  })
})

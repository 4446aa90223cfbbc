import { describe, expect, it } from '@jest/globals'
import { findCondaPackages, keptRecord } from '../../src/image/conda.ts'
import { takeInventory } from '../../src/image/inventory.ts'
import { renderSbom } from '../../src/report/sbom/sbom.ts'
import type { TinyLayer } from '../fixtures/image.ts'
import { measure } from '../fixtures/invariants.ts'
import { createMeasured } from '../fixtures/measured-layers.ts'

const site = 'lib/python3.12/site-packages'

function record(name: string, version: string, files: readonly string[], more: object = {}): TinyLayer {
  const text = JSON.stringify({
    ...{ name, version, build: 'h1_0', channel: 'https://repo.example/pkgs/main/linux-64' },
    ...{ subdir: 'linux-64', license: 'MIT', depends: [], files, ...more },
    paths_data: { paths: files.map((path) => ({ _path: path, sha256: 'a'.repeat(64) })) },
  })
  return { [`opt/conda/conda-meta/${name}-${version}-h1_0.json`]: text }
}

function distInfo(name: string, files: string): TinyLayer {
  return {
    [`opt/conda/${site}/${name}-2.dist-info/METADATA`]: `Name: ${name}\nVersion: 2\nRequires-Dist: filelock\n`,
    [`opt/conda/${site}/${name}-2.dist-info/INSTALLER`]: 'conda\n',
    ...(files === '' ? {} : { [`opt/conda/${site}/${name}-2.dist-info/RECORD`]: files }),
  }
}

const layer: TinyLayer = {
  'opt/conda/conda-meta/history': 30,
  'opt/conda/bin/python3.12': 1000,
  'opt/conda/share/python/readme': 100,
  [`opt/conda/${site}/torch/__init__.py`]: 5000,
  'opt/conda/lib/libtorch.so': 7000,
  'opt/conda/lib/libmkl.so': 9000,
  [`opt/conda/${site}/pip/__init__.py`]: 50,
  'opt/conda/of-no-one': 11,
  ...distInfo('torch', ''),
  ...distInfo('pip', 'pip/__init__.py,,\npip-2.dist-info/METADATA,,\n'),
  ...record('python', '3.12.1', ['bin/python3.12', 'share/python/readme']),
  ...record(
    'pytorch',
    '2',
    [
      `${site}/torch/__init__.py`,
      `${site}/torch-2.dist-info/METADATA`,
      `${site}/torch-2.dist-info/INSTALLER`,
      'lib/libtorch.so',
      'bin/gone',
    ],
    { depends: ['mkl >=2024,<2025.0a0 h1_*', '__glibc >=2.17', 'python'] },
  ),
  ...record('mkl', '2024.1', ['lib/libmkl.so', '../../../etc/passwd'], { license: 'Proprietary' }),
  'etc/passwd': 'root:x:0:0::/root:/bin/sh',
}

describe('a conda environment', () => {
  const image = createMeasured([layer], { baseLayers: 0 })
  const measurement = measure(image)
  const bytesOf = (text: string): number => Buffer.byteLength(text)

  it('has packages that are Python, by what conda says that they have, and packages that are not', () => {
    const told = measurement.packages.map(
      ({ name, version, location, installer, estimated, requiredBy, direct }) => ({
        ...{ name, version, location, installer, estimated, requiredBy, direct },
      }),
    )
    const conda = { installer: 'conda', estimated: undefined }
    expect(told).toEqual([
      { ...conda, name: 'torch', version: '2', location: `/opt/conda/${site}`, requiredBy: [], direct: true },
      {
        ...conda,
        name: 'mkl',
        version: '2024.1',
        location: '/opt/conda',
        requiredBy: [['torch']],
        direct: false,
      },
      { ...conda, name: 'pip', version: '2', location: `/opt/conda/${site}`, requiredBy: [], direct: true },
    ])
    const [torch, mkl] = measurement.packages
    const own = [distInfo('torch', ''), record('pytorch', '2', [])].flatMap((one) => Object.keys(one))
    expect(torch?.files).toBe(own.length + 2)
    expect(torch?.bytes).toBeGreaterThan(12_000)
    expect(mkl?.bytes).toBeGreaterThan(9000)
    expect(mkl?.files).toBe(2)
  })

  it('is an environment but for its Python', () => {
    const passwd = bytesOf('root:x:0:0::/root:/bin/sh')
    expect(measurement.parts).toMatchObject({ interpreter: 1100, other: passwd, app: 0, system: 0 })
    expect(measurement.parts.environment).toBe(measurement.sizes.filesystem - 1100 - passwd)
  })

  it('is listed in a bill of materials by what conda calls it', () => {
    const bom = JSON.parse(renderSbom('api', takeInventory(image))) as {
      components: { purl: string; licenses?: unknown }[]
    }
    expect(bom.components.map(({ purl }) => purl)).toEqual([
      'pkg:conda/mkl@2024.1?build=h1_0&channel=main&subdir=linux-64',
      'pkg:pypi/pip@2',
      'pkg:pypi/torch@2',
    ])
    expect(bom.components[0]?.licenses).toMatchObject([{ license: { name: 'Proprietary' } }])
  })

  it('keeps of a record only what is read, and nothing of what is none', () => {
    const text = JSON.stringify({ name: 'x', version: '1', files: ['a'], paths_data: { paths: [1] } })
    expect(keptRecord(text)).toBe('{"name":"x","version":"1","files":["a"]}')
    const nested = `{"name":"x","all":[${'[],'.repeat(100_000)}[]]}`
    for (const none of [nested, '', '[1', 'null', '7', '[]']) expect(keptRecord(none)).toBe('{}')
    const texts = new Map([
      ['opt/conda/conda-meta/x.json', '{"name":1}'],
      ['opt/conda/conda-meta/y.json', '{"name":"y","files":"all","depends":[7]}'],
      ['opt/conda/other/z.json', '{"name":"z"}'],
    ])
    expect(findCondaPackages({ texts })).toMatchObject([{ name: 'y', version: '', files: [], depends: [] }])
  })
})

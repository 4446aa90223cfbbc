import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { attribute } from '../../src/image/attribution.ts'
import { measure as measureWith, type Measured } from '../../src/image/measure.ts'
import type { Measurement } from '../../src/image/measurement.ts'
import { ownersOf, remeasure, type Remeasurable } from '../../src/image/remeasure.ts'
import { createConfig, createDigest, createListing, type TinyLayer } from '../fixtures/image.ts'
import { measure } from '../fixtures/invariants.ts'

const site = 'opt/venv/lib/python3.13/site-packages'
const base: TinyLayer = {
  'usr/bin/bash': 1000,
  'etc/passwd': 10,
  'usr/local/bin/python3.13': 2000,
  'var/lib/dpkg/status': 'Package: bash\nStatus: install ok installed\nVersion: 5\n',
  'var/lib/dpkg/info/bash.list': '/usr/bin/bash\n/app/owned.py\n',
}
const environment: TinyLayer = {
  'opt/venv/pyvenv.cfg': 'home = /usr/local/bin\n',
  [`${site}/torch/lib.so`]: 5000,
  [`${site}/torch-1.0.dist-info/METADATA`]: 'Name: torch\nVersion: 1.0\n',
  [`${site}/torch-1.0.dist-info/RECORD`]: 'torch/lib.so,,\n',
}
const app: TinyLayer = {
  'app/': {},
  'app/main.py': 100,
  'app/owned.py': 100,
  'etc/passwd': 30,
  [`${site}/web/app.py`]: 40,
  [`${site}/web-1.0.dist-info/METADATA`]: 'Name: web\nVersion: 1.0\n',
  [`${site}/web-1.0.dist-info/RECORD`]: 'web/app.py,sha256=a,40\n',
  [`${site}/two/app.py`]: 40,
  [`${site}/two-1.0.dist-info/METADATA`]: 'Name: two\nVersion: 1.0\n',
  [`${site}/two-1.0.dist-info/RECORD`]: 'two/app.py,sha256=a,40\n',
}

/** An image with this topmost layer, whose digest is made of a number. */
function createImage(top: TinyLayer, number = 1, overrides: Partial<Measured> = {}): Measured {
  const layers = [base, environment, top]
  const isTop = (i: number): boolean => i === layers.length - 1
  return {
    reference: 'oci:image',
    digest: createDigest(number),
    platform: { os: 'linux', architecture: 'amd64' },
    manifest: {
      schemaVersion: 2,
      config: { mediaType: '', digest: createDigest('c'), size: 1 },
      layers: layers.map((_, i) => ({
        mediaType: 'layer',
        digest: createDigest(i),
        size: 1000 + (isTop(i) ? number : i),
      })),
    },
    config: createConfig(
      { workingDir: '/app' },
      { diffIds: layers.map((_, i) => createDigest(isTop(i) ? number + 5 : i)) },
    ),
    source: 'oci',
    listings: layers.map((layer) => createListing(layer)),
    baseLayers: 1,
    timings: [],
    ...overrides,
  }
}

function remeasurable(image: Measured): Remeasurable | undefined {
  const attribution = attribute(image)
  const measurement = measureWith(image, attribution)
  const owners = ownersOf(measurement, image.listings, attribution)
  const top = image.listings.at(-1)
  return owners && top && { measurement, owners, top }
}

/** What the first image's measurement says of the second. */
function again(first: Measured, second: Measured): Measurement | undefined {
  const before = remeasurable(first)
  const top = second.listings.at(-1)
  return before && top && remeasure(before, second, top)
}

describe('an image measured by what was measured before', () => {
  it('is measured the same, whatever sizes its own files have', () => {
    const size = fc.nat(100_000)
    const sizes = fc.record({
      'app/main.py': size,
      'etc/passwd': size,
      [`${site}/web/app.py`]: size,
      [`${site}/two/app.py`]: size,
    })
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const second = createImage({ ...app, ...after }, 2)
        expect(again(createImage({ ...app, ...before }), second)).toEqual(measure(second))
      }),
    )
  })

  it('is measured the same when the RECORD has another hash and size', () => {
    const record = { [`${site}/web-1.0.dist-info/RECORD`]: 'web/app.py,sha256=bb,12345\n' }
    const second = createImage({ ...app, ...record, [`${site}/web/app.py`]: 12345 }, 2)
    expect(again(createImage(app), second)).toEqual(measure(second))
  })

  it.each<[string, TinyLayer]>([
    ['a new file', { ...app, 'app/new.py': 1 }],
    ['a file less', Object.fromEntries(Object.entries(app).filter(([path]) => path !== 'app/main.py'))],
    ['a link in place of a file', { ...app, 'app/main.py': { linkname: 'owned.py' } }],
    ['another version', { ...app, [`${site}/web-1.0.dist-info/METADATA`]: 'Name: web\nVersion: 2.0\n' }],
    ['another owner', { ...app, [`${site}/web-1.0.dist-info/RECORD`]: 'web/app.py,,\ntwo/app.py,,\n' }],
    ['a file of the system', { ...app, 'app/owned.py': 101 }],
  ])('has to be measured as a whole for %s', (_, top) => {
    expect(again(createImage(app), createImage(app, 2))).toBeDefined()
    expect(again(createImage(app), createImage(top, 2))).toBeUndefined()
  })

  it.each<[string, Measured]>([
    ['a base that nobody knows', createImage(app, 1, { baseLayers: undefined })],
    ['no layer above the base', createImage(app, 1, { baseLayers: 3 })],
    ['a deletion', createImage({ ...app, 'app/.wh.gone': 0 })],
    [
      'two names of one file',
      createImage({ ...app, 'app/b.py': { type: 'hardlink', linkname: 'app/main.py' } }),
    ],
  ])('has to be measured as a whole with %s', (_, image) => {
    expect(remeasurable(image)).toBeUndefined()
  })

  it('has to be measured as a whole when waste has another size', () => {
    const tests = { ...app, [`${site}/web-1.0.dist-info/RECORD`]: 'web/app.py,,\nweb/tests/a.py,,\n' }
    const first = createImage({ ...tests, [`${site}/web/tests/a.py`]: 99_000 })
    const larger = createImage({ ...tests, [`${site}/web/tests/a.py`]: 101_000 }, 2)
    const other = createImage({ ...tests, [`${site}/web/tests/a.py`]: 99_000, 'app/main.py': 5 }, 2)
    expect(measure(larger).waste).toHaveLength(1)
    expect(again(first, larger)).toBeUndefined()
    expect(again(first, other)).toEqual(measure(other))
    // What the tests are of the download goes by the size of the layer.
    expect(remeasurable(larger)).toBeUndefined()
    expect(remeasurable(createImage({ ...app, '.git/HEAD': 1 }))).toBeUndefined()
  })

  it('has to be measured as a whole when a file that replaces another has another size', () => {
    const first = createImage({ ...app, 'opt/venv/pyvenv.cfg': 30 })
    expect(again(first, createImage({ ...app, 'opt/venv/pyvenv.cfg': 31 }, 2))).toBeUndefined()
    expect(again(first, createImage({ ...app, 'opt/venv/pyvenv.cfg': 30 }, 2))).toBeDefined()
  })

  it('has to be measured as a whole when another file is older than its source', () => {
    const listings = (image: Measured, stale?: readonly string[]): Measured => ({
      ...image,
      listings: image.listings.map((one, i) => (i === 2 && stale ? { ...one, stale } : one)),
    })
    const pyc = 'app/__pycache__/main.cpython-313.pyc'
    const top = { ...app, [pyc]: 10 }
    expect(again(createImage(top), createImage(top, 2))).toBeDefined()
    expect(again(createImage(top), listings(createImage(top, 2), [pyc]))).toBeUndefined()
  })
})

import { describe, expect, it } from '@jest/globals'
import { takeInventory, type Inventoried, type Inventory } from '../../src/image/inventory.ts'
import { createDigest, createListing, type TinyLayer } from '../fixtures/image.ts'
import { createMeasured } from '../fixtures/measured-layers.ts'

const take = (layers: readonly TinyLayer[], overrides: Partial<Inventoried> = {}): Inventory =>
  takeInventory({
    ...createMeasured(layers),
    platform: { os: 'linux', architecture: 'amd64' },
    baseLayers: 1,
    ...overrides,
  })

const site = 'opt/venv/lib/python3.13/site-packages'
const installed = (folder: string, name: string, fields = ''): TinyLayer => ({
  [`${folder}/${name}.py`]: 10,
  [`${folder}/${name}-1.0.dist-info/METADATA`]: `Name: ${name}\nVersion: 1.0\n${fields}\n\nLicense: of the text\n`,
  [`${folder}/${name}-1.0.dist-info/RECORD`]: `${name}.py,,\n${name}-1.0.dist-info/METADATA,,\n`,
})
const base: TinyLayer = {
  'etc/os-release': 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="13"\n',
  'var/lib/dpkg/status': 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n',
  ...installed('usr/lib/python3.13/site-packages', 'pip'),
}

describe('takeInventory', () => {
  it('lists everything that is installed, of the base too', () => {
    const { image, system, distributions, systemPackages } = take([base, installed(site, 'alpha')])
    expect(image).toEqual({
      digest: createDigest('f'),
      platform: { os: 'linux', architecture: 'amd64' },
    })
    expect(system).toEqual({ id: 'debian', version: '13' })
    expect(distributions.map(({ name, location }) => [name, location])).toEqual([
      ['pip', '/usr/lib/python3.13/site-packages'],
      ['alpha', `/${site}`],
    ])
    expect(systemPackages).toEqual([{ kind: 'deb', name: 'bash', version: '5.2', architecture: 'amd64' }])
  })

  it('tells what each states of its licence, from the fields alone', () => {
    const fields = [
      'License-Expression: MIT OR Apache-2.0',
      'License: first line',
      '        and more',
      'Classifier: Topic :: Text',
      'Classifier: License :: OSI Approved :: MIT License',
    ]
    const [stated] = take([{}, installed(site, 'alpha', fields.join('\n'))]).distributions
    expect(stated?.licence).toEqual({
      expression: 'MIT OR Apache-2.0',
      text: 'first line',
      classifiers: ['License :: OSI Approved :: MIT License'],
    })
    const [silent] = take([{}, installed(site, 'alpha')]).distributions
    expect(silent?.licence).toEqual({ expression: undefined, text: undefined, classifiers: [] })
  })

  it('reads legacy metadata too', () => {
    const egg = 'Name: old\nVersion: 3\nLicense: BSD\n'
    const { distributions } = take([{}, { [`${site}/old.egg-info`]: egg, [`${site}/old.py`]: 5 }])
    expect(distributions).toMatchObject([{ name: 'old', version: '3', licence: { text: 'BSD' } }])
  })

  it("has requirements among them, and the locked hashes of what is not the base's", () => {
    const layers = [base, { ...installed(site, 'alpha', 'Requires-Dist: beta'), ...installed(site, 'beta') }]
    const hashesOf = (name: string, version: string): Record<string, string> => ({
      sha256: `${name} ${version}`,
    })
    const { distributions } = take(layers, { hashesOf })
    expect(distributions.map(({ name, requires, hashes }) => [name, requires, hashes])).toEqual([
      ['pip', [], {}],
      ['alpha', ['beta'], { sha256: 'alpha 1.0' }],
      ['beta', [], { sha256: 'beta 1.0' }],
    ])
  })

  it('names the layers that could not be read', () => {
    const layers = [base, installed(site, 'alpha')]
    expect(take(layers).notMeasured).toEqual([])
    const [below, above] = layers.map((layer) => createListing(layer))
    if (!below || !above) throw new Error('two layers')
    const listings = [{ ...below, entries: [], texts: {}, missing: true } as const, above]
    const { notMeasured, distributions } = take(layers, { listings })
    expect(notMeasured).toEqual([createDigest(0)])
    expect(distributions.map(({ name }) => name)).toEqual(['alpha'])
  })

  it('does not know the system of an image that says nothing', () => {
    expect(take([{}]).system).toEqual({ id: '', version: '' })
    expect(take([{ 'usr/lib/os-release': "ID='alpine'\nVERSION_ID=3.22\n" }]).system).toEqual({
      id: 'alpine',
      version: '3.22',
    })
  })
})

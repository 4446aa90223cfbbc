import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { describe, expect, it } from '@jest/globals'
import type { Inventory } from '../../../src/image/inventory.ts'
import { renderSbom } from '../../../src/report/sbom/sbom.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { createInventoried, createInventory } from '../../fixtures/inventory.ts'
import { createDigest } from '../../fixtures/measurement.ts'

interface Bom {
  readonly serialNumber: string
  readonly metadata: { readonly component: Record<string, unknown> }
  readonly components: readonly (Record<string, unknown> & { readonly 'bom-ref': string })[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const bomOf = (inventory: Inventory, name = 'api'): Bom => JSON.parse(renderSbom(name, inventory)) as Bom

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
const web = createInventoried('web', {
  requires: ['numpy'],
  licence: { expression: 'MIT', text: undefined, classifiers: [] },
})
const numpy = createInventoried('numpy', {
  version: '2.1.0',
  hashes: { sha256: 'AB'.repeat(32), md5: '0'.repeat(32), sha512: 'short' },
  licence: { expression: undefined, text: 'BSD', classifiers: ['License :: OSI Approved :: BSD License'] },
})
const inventory = createInventory({ distributions: [numpy, web] })

describe('the bill of materials', () => {
  it('is what the official schema wants', async () => {
    expect(await validator.validate(renderSbom('api', inventory))).toBeNull()
    expect(await validator.validate(renderSbom('', createInventory({ systemPackages: [] })))).toBeNull()
    expect(await validator.validate(renderSbom('api', inventory).replace('"purl"', '"url"'))).not.toBeNull()
  })

  it('names the image by its digest, and each thing in it by its package URL', () => {
    const bom = bomOf(inventory, 'docker://registry.example/team/API:1.4')
    expect(bom.metadata.component).toEqual({
      type: 'container',
      'bom-ref': createDigest(0xf0),
      name: 'docker://registry.example/team/API:1.4',
      version: createDigest(0xf0),
      hashes: [{ alg: 'SHA-256', content: createDigest(0xf0).slice('sha256:'.length) }],
      purl: `pkg:oci/api@${createDigest(0xf0)}?arch=amd64`,
    })
    expect(bom.components.map(({ purl }) => purl)).toEqual([
      'pkg:pypi/numpy@2.1.0',
      'pkg:pypi/web@1.0',
      'pkg:deb/debian/bash@5.2%2B1-3?arch=amd64&distro=debian-13',
    ])
  })

  it('has the hashes that are some, the licences and the places', () => {
    const [first] = bomOf(inventory).components
    expect(first).toMatchObject({
      hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
      licenses: [{ license: { name: 'BSD License' } }],
      evidence: { occurrences: [{ location: '/opt/venv/lib/python3.13/site-packages' }] },
    })
    expect(first?.['hashes']).toHaveLength(1)
  })

  it('has the graph: the image depends on what nothing else requires', () => {
    const [numpyRef = '', webRef = '', bash = ''] = bomOf(inventory).components.map((one) => one['bom-ref'])
    expect(bomOf(inventory).dependencies).toEqual([
      { ref: createDigest(0xf0), dependsOn: [webRef, bash] },
      { ref: numpyRef, dependsOn: [] },
      { ref: webRef, dependsOn: [numpyRef] },
      { ref: bash, dependsOn: [] },
    ])
  })

  it('tells two of one name apart, each with what is beside it', async () => {
    const other = { location: '/usr/lib/python3/dist-packages' }
    const distributions = [numpy, web, { ...numpy, ...other }, { ...web, ...other }]
    const { components, dependencies } = bomOf(createInventory({ distributions }))
    const refs = components.map((one) => one['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
    expect(dependencies[2]?.dependsOn).toEqual([refs[0]])
    expect(dependencies[4]?.dependsOn).toEqual([refs[2]])
    expect(await validator.validate(renderSbom('api', createInventory({ distributions })))).toBeNull()
  })

  it('is the same text for the same image, and of another number for another', () => {
    expect(renderSbom('api', inventory)).toBe(renderSbom('api', inventory))
    const { serialNumber } = bomOf(inventory)
    expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(bomOf(createInventory({ distributions: [web] })).serialNumber).not.toBe(serialNumber)
  })

  it('holds under circles and things that require themselves', async () => {
    const distributions = [
      createInventoried('a', { requires: ['a', 'b'] }),
      createInventoried('b', { requires: ['a', 'a'] }),
    ]
    expect(await validator.validate(renderSbom('api', createInventory({ distributions })))).toBeNull()
  })

  it('says that it is incomplete where a layer could not be read', async () => {
    const notMeasured = [createDigest(1)]
    const text = renderSbom('api', { ...inventory, notMeasured })
    expect(await validator.validate(text)).toBeNull()
    const bom = JSON.parse(text) as Bom & { readonly compositions: unknown }
    expect(bom.metadata.component['properties']).toEqual([
      { name: 'pydeps-image:layer:notMeasured', value: createDigest(1) },
    ])
    expect(bom.compositions).toEqual([{ aggregate: 'incomplete', assemblies: [createDigest(0xf0)] }])
    expect(renderSbom('api', inventory)).not.toContain('compositions')
  })

  it.each(attacks.map((text) => [text.slice(0, 40), text]))(
    'is valid, whatever its names: %j',
    async (_, text) => {
      const hostile: Inventory = {
        image: createInventory().image,
        system: { id: text, version: text },
        notMeasured: [text],
        distributions: [
          createInventoried(text, {
            version: text,
            location: text,
            licence: { expression: undefined, text, classifiers: [`License :: ${text}`] },
            requires: [text],
            hashes: { sha256: text, [text]: text },
          }),
          createInventoried(text, { licence: { expression: text, text, classifiers: [] } }),
        ],
        systemPackages: [{ kind: 'apk', name: text, version: text, architecture: text }],
      }
      expect(await validator.validate(renderSbom(text, hostile))).toBeNull()
    },
  )
})

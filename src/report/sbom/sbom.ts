import { createHash } from 'node:crypto'
import type { Inventory, InventoryDistribution } from '../../image/inventory.ts'
import { version } from '../../version.ts'
import { capped } from '../escape.ts'
import { licencesOf } from './licence.ts'
import { formatPurl } from './purl.ts'

/** Names of hash algorithms, as locks and as CycloneDX spell them. */
const algorithms: ReadonlyMap<string, readonly [name: string, hexDigits: number]> = new Map([
  ['sha256', ['SHA-256', 64]],
  ['sha384', ['SHA-384', 96]],
  ['sha512', ['SHA-512', 128]],
])

interface Component {
  readonly 'bom-ref': string
  readonly [key: string]: unknown
}

/**
 * A bill of materials of an image in CycloneDX 1.6 as JSON. `name` is the image's for people. The same image gives
 * the same text: there is no time in it, and its serial number comes from what it says. Layers that could not be read
 * are named in it, and it says that it is incomplete.
 */
export function renderSbom(name: string, inventory: Inventory): string {
  const { image, distributions, notMeasured } = inventory
  const python = distributions.map(distributionComponent)
  const refs = unique([...python, ...systemComponents(inventory)])
  const own = refs.slice(0, python.length)
  const [algorithm = '', hex = ''] = image.digest.split(':')
  const root = {
    type: 'container',
    'bom-ref': image.digest,
    name,
    version: image.digest,
    hashes: hashesOf({ [algorithm]: hex }),
    purl: formatPurl({
      type: 'oci',
      name: repositoryName(name),
      version: image.digest,
      qualifiers: { arch: image.platform.architecture },
    }),
    ...(notMeasured.length === 0
      ? {}
      : { properties: notMeasured.map((value) => ({ name: 'pydeps-image:layer:notMeasured', value })) }),
  }
  const refOf = refsByName(distributions, own)
  const edges = distributions.map((one) => one.requires.map((required) => refOf(required, one.location)))
  const required = new Set(edges.flat())
  const roots = refs.map((one) => one['bom-ref']).filter((ref) => !required.has(ref))
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'pydeps-image', version }] },
      component: root,
    },
    components: refs,
    dependencies: [
      { ref: image.digest, dependsOn: roots },
      ...refs.map((one, i) => ({
        ref: one['bom-ref'],
        dependsOn: [...new Set(edges[i] ?? [])].filter((ref) => ref !== one['bom-ref']),
      })),
    ],
    ...(notMeasured.length === 0
      ? {}
      : { compositions: [{ aggregate: 'incomplete', assemblies: [image.digest] }] }),
  }
  return `${JSON.stringify({ ...bom, serialNumber: serialNumber(JSON.stringify(bom)) }, null, 2)}\n`
}

function distributionComponent(one: InventoryDistribution): Component {
  const { name, version: own, conda } = one
  const purl = formatPurl(
    conda
      ? {
          ...{ type: 'conda', name: conda.name.toLowerCase(), version: own },
          qualifiers: { build: conda.build, channel: conda.channel, subdir: conda.subdir },
        }
      : { type: 'pypi', name, version: own },
  )
  const hashes = hashesOf(one.hashes)
  const licenses = licencesOf(one.licence)
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version: shortened(own),
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(licenses.length === 0 ? {} : { licenses }),
    purl,
    evidence: { occurrences: [{ location: one.location }] },
  }
}

function systemComponents({ system, systemPackages }: Inventory): readonly Component[] {
  const distro = [system.id, system.version].filter((part) => part !== '').join('-')
  return systemPackages.map(({ kind, name, version: own, architecture: arch }) => {
    const namespace = system.id || (kind === 'deb' ? 'debian' : 'alpine')
    const purl = formatPurl({ type: kind, namespace, name, version: own, qualifiers: { arch, distro } })
    return { type: 'library', 'bom-ref': purl, name, version: shortened(own), purl }
  })
}

/** CycloneDX allows a version 1,024 characters. */
function shortened(text: string): string {
  return capped(text, 1000)
}

/** The same distribution may be in two places, and every reference must be one. */
function unique(components: readonly Component[]): readonly Component[] {
  const seen = new Map<string, number>()
  return components.map((one) => {
    const ref = one['bom-ref']
    const count = (seen.get(ref) ?? 0) + 1
    seen.set(ref, count)
    return count === 1 ? one : { ...one, 'bom-ref': `${ref}#${count}` }
  })
}

/** Where a name leads from a place: to the distribution in the same place, else to the first of that name. */
function refsByName(
  distributions: readonly InventoryDistribution[],
  components: readonly Component[],
): (name: string, location: string) => string {
  const byPlace = new Map<string, string>()
  const first = new Map<string, string>()
  distributions.forEach(({ name, location }, i) => {
    const ref = components[i]?.['bom-ref'] ?? ''
    const place = `${location}\0${name}`
    if (!byPlace.has(place)) byPlace.set(place, ref)
    if (!first.has(name)) first.set(name, ref)
  })
  return (name, location) => byPlace.get(`${location}\0${name}`) ?? first.get(name) ?? ''
}

function hashesOf(hashes: Readonly<Record<string, string>>): { alg: string; content: string }[] {
  return Object.entries(hashes).flatMap(([name, value]) => {
    const [alg, digits] = algorithms.get(name) ?? []
    const content = value.toLowerCase()
    const isHash = alg !== undefined && content.length === digits && /^[0-9a-f]+$/.test(content)
    return isHash ? [{ alg, content }] : []
  })
}

/** The last part of a repository's name, without transport, folder, tag and platform: what an image's URL is called by. */
function repositoryName(name: string): string {
  const [place = ''] = name.replace(/^[a-z-]+:/, '').split(' ')
  return (
    place
      .split('/')
      .at(-1)
      ?.replace(/[:@].*$/, '')
      .toLowerCase() ?? ''
  )
}

/** A UUID of version 8 (RFC 9562, 5.8) from the text itself. */
function serialNumber(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
  return `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`
}

import { attribute } from './attribution.ts'
import type { CondaPackage } from './conda.ts'
import type { Distribution } from './distributions.ts'
import { fieldValues } from './fields.ts'
import type { Filesystem } from './filesystem.ts'
import type { Measured } from './measure.ts'
import type { Platform } from './platform.ts'
import { requirementsAmong } from './required-by.ts'

/** Everything that is installed in an image, the base's own packages too: what a bill of materials lists. */
export interface Inventory {
  readonly image: { readonly digest: string; readonly platform: Platform }
  /** `ID` and `VERSION_ID` of os-release(5): `debian`, `13`; empty where it does not say. */
  readonly system: { readonly id: string; readonly version: string }
  /** Digests of layers that could not be read: what is in them is not here. */
  readonly notMeasured: readonly string[]
  readonly distributions: readonly InventoryDistribution[]
  readonly systemPackages: readonly {
    readonly kind: 'deb' | 'apk'
    readonly name: string
    readonly version: string
    readonly architecture: string
  }[]
}

export interface InventoryDistribution {
  /** Normalised (PEP 503). */
  readonly name: string
  readonly version: string
  /** Absolute path of the folder that it is installed in. */
  readonly location: string
  /** Set for a package of a conda environment that is no Python distribution. */
  readonly conda?: Pick<CondaPackage, 'name' | 'build' | 'channel' | 'subdir'>
  readonly licence: StatedLicence
  /** Normalised names of the installed distributions that it requires. */
  readonly requires: readonly string[]
  /** Of the wheel that a lock chose, as hex by algorithm (`sha256`); empty where none is known. */
  readonly hashes: Readonly<Record<string, string>>
}

/** What a distribution's metadata says of its licence (PEP 639, and core metadata from before). */
export interface StatedLicence {
  /** SPDX expression. */
  readonly expression: string | undefined
  /** The first line of the `License` field. */
  readonly text: string | undefined
  /** Trove classifiers below `License ::`. */
  readonly classifiers: readonly string[]
}

/** What an inventory is taken of. */
export interface Inventoried extends Pick<
  Measured,
  'digest' | 'platform' | 'manifest' | 'config' | 'listings' | 'baseLayers' | 'directNames' | 'requirementsOf'
> {
  /** Hashes of the wheel that was installed; asked of what is not the base's own. */
  readonly hashesOf?: (name: string, version: string) => Readonly<Record<string, string>>
}

/** Takes the inventory of an image, from its layers' listings alone. */
export function takeInventory(image: Inventoried): Inventory {
  const { filesystem, distributions, systemPackages, isAdded } = attribute(image)
  const requires = requirementsAmong(distributions, image.directNames, image.requirementsOf)
  return {
    image: { digest: image.digest, platform: image.platform },
    system: systemOf(filesystem),
    notMeasured: image.manifest.layers
      .filter((_, i) => image.listings[i]?.missing)
      .map(({ digest }) => digest),
    distributions: distributions.map((one) => ({
      name: one.name,
      version: one.version,
      location: `/${one.location}`,
      ...condaOf(one),
      licence: licenceOf(filesystem, one),
      requires: requires.get(one.name) ?? [],
      hashes: (one.files.some(isAdded) && image.hashesOf?.(one.name, one.version)) || {},
    })),
    systemPackages: systemPackages.map(({ kind, name, version, architecture }) => ({
      kind,
      name,
      version,
      architecture,
    })),
  }
}

function condaOf({ conda, info }: Distribution): Pick<InventoryDistribution, 'conda'> {
  if (conda?.record !== info) return {}
  const { name, build, channel, subdir } = conda
  return { conda: { name, build, channel, subdir } }
}

function licenceOf({ texts }: Filesystem, { info, conda }: Distribution): StatedLicence {
  if (conda?.record === info)
    return { expression: undefined, text: conda.licence || undefined, classifiers: [] }
  const text = texts.get(`${info}/METADATA`) ?? texts.get(`${info}/PKG-INFO`) ?? texts.get(info) ?? ''
  const field = (name: string): string | undefined => fieldValues(text, name).find((value) => value !== '')
  return {
    expression: field('License-Expression'),
    text: field('License'),
    classifiers: fieldValues(text, 'Classifier').filter((one) => one.startsWith('License ::')),
  }
}

function systemOf({ texts }: Filesystem): Inventory['system'] {
  const text = texts.get('etc/os-release') ?? texts.get('usr/lib/os-release') ?? ''
  const value = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1]?.trim() ?? ''
  return { id: value('ID'), version: value('VERSION_ID') }
}

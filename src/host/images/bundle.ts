import { Failure } from '../../failure.ts'
import type { Digest } from '../../image/digest.ts'
import { type Descriptor, type Index, renderManifest } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import { formatPlatform } from '../../image/platform.ts'
import type { Image } from '../../image/source.ts'
import { digestOf } from '../registry/verified.ts'

/** A small document and what points at it. */
export interface BundledDocument {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** A layer, and the image whose reader has it. */
export interface BundledLayer {
  readonly descriptor: Descriptor
  readonly image: Image
}

/** All that makes up images that are written together: every blob once. */
export interface Bundle {
  /** What a tag names: the manifest of one image, the index of several. */
  readonly root: BundledDocument
  readonly images: readonly { readonly image: Image; readonly manifest: BundledDocument }[]
  readonly configs: readonly BundledDocument[]
  readonly layers: readonly BundledLayer[]
}

/** Puts images together; several need platforms of their own. Throws Failure. */
export function bundle(images: readonly Image[]): Bundle {
  const platforms = images.map(({ platform }) => formatPlatform(platform))
  const twice = platforms.find((platform, i) => platforms.indexOf(platform) !== i)
  if (twice !== undefined) throw new Failure('build', `two images for ${twice} cannot have one name`)
  const manifests = images.map((image) => ({ image, manifest: manifestOf(image) }))
  const [first] = manifests
  if (!first) throw new Failure('build', 'there is no image to write')
  const configs = new Map<Digest, BundledDocument>()
  const layers = new Map<Digest, BundledLayer>()
  for (const image of images) {
    const { config } = image.manifest
    configs.set(config.digest, { descriptor: config, bytes: image.configBytes })
    for (const descriptor of image.manifest.layers) {
      if (!layers.has(descriptor.digest)) layers.set(descriptor.digest, { descriptor, image })
    }
  }
  return {
    root: manifests.length === 1 ? first.manifest : indexOf(manifests.map(({ manifest }) => manifest)),
    images: manifests,
    configs: [...configs.values()],
    layers: [...layers.values()],
  }
}

function manifestOf(image: Image): BundledDocument {
  const bytes = image.manifestBytes ?? Buffer.from(renderManifest(image.manifest))
  const digest = digestOf(bytes)
  if (digest !== image.digest || digestOf(image.configBytes) !== image.manifest.config.digest) {
    throw new Error(`${image.reference}: its manifest or config has not the digest that it says`)
  }
  const isDocker = image.manifest.config.mediaType === mediaTypes.dockerConfig
  const mediaType =
    image.manifest.mediaType ?? (isDocker ? mediaTypes.dockerManifest : mediaTypes.ociManifest)
  return { descriptor: { mediaType, digest, size: bytes.length, platform: image.platform }, bytes }
}

function indexOf(manifests: readonly BundledDocument[]): BundledDocument {
  const index: Index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: manifests.map(({ descriptor }) => descriptor),
  }
  const bytes = Buffer.from(renderManifest(index))
  return {
    descriptor: { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), size: bytes.length },
    bytes,
  }
}

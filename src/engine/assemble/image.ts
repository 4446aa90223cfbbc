import { createHash } from 'node:crypto'
import type { Store } from '../../host/store/store.ts'
import { type ImageConfig, renderImageConfig } from '../../image/config.ts'
import type { Digest } from '../../image/digest.ts'
import type { Descriptor, Manifest } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import type { Image } from '../../image/source.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import type { Base } from './base.ts'
import type { AssembledLayer } from './layer.ts'
import { fixedTime } from './source.ts'

const created = new Date(fixedTime * 1000).toISOString().replace('.000', '')

/** Base, layers and recipe as one image: config, manifest and where each blob is. Equal inputs give equal digests. */
export function composeImage(
  base: Base,
  layers: readonly AssembledLayer[],
  recipe: Recipe,
  store: Store,
): Image {
  const { image } = base
  const config = imageConfig(base, layers, recipe)
  const configBytes = Buffer.from(renderImageConfig(config))
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: digestOf(configBytes), size: configBytes.length },
    layers: [...image.manifest.layers.map(asOci), ...layers.map(({ descriptor }) => descriptor)],
    annotations: baseAnnotations(base),
  }
  const manifestBytes = Buffer.from(JSON.stringify(manifest))
  const made = new Set<string>(layers.map(({ descriptor }) => descriptor.digest))
  const { blobs } = image
  return {
    reference: image.reference,
    digest: digestOf(manifestBytes),
    platform: image.platform,
    manifest,
    manifestBytes,
    config,
    configBytes,
    source: 'oci',
    blobs: {
      open: (descriptor, options) =>
        made.has(descriptor.digest)
          ? store.blobs.read(descriptor.digest, options)
          : blobs.open(descriptor, options),
      file: async (descriptor) =>
        made.has(descriptor.digest)
          ? store.blobs.verified(descriptor.digest, descriptor.size)
          : blobs.file?.(descriptor),
      has: async (descriptor) => made.has(descriptor.digest) || (await blobs.has?.(descriptor)) !== false,
      mountable: (descriptor) => (made.has(descriptor.digest) ? undefined : blobs.mountable?.(descriptor)),
    },
  }
}

function imageConfig({ image }: Base, layers: readonly AssembledLayer[], recipe: Recipe): ImageConfig {
  const { config } = image
  // Engines refuse a history with more or fewer layers than there are: one that is wrong already is left out.
  const known = config.history.filter((entry) => !entry.emptyLayer).length === config.diffIds.length
  const history = layers.map(({ createdBy }) => ({ created, createdBy: `pydeps-image: ${createdBy}` }))
  return {
    ...config,
    created,
    config: {
      ...config.config,
      user: recipe.user.uid === 0 ? '0:0' : `${recipe.user.uid}:${recipe.user.gid}`,
      env: recipe.env,
      entrypoint: recipe.entrypoint,
      cmd: recipe.command,
      workingDir: recipe.app,
      labels: recipe.labels,
    },
    diffIds: [...config.diffIds, ...layers.map(({ diffId }) => diffId)],
    history: known ? [...config.history, ...history] : [],
  }
}

/** Which image this one stands on (OCI image spec, annotations.md); a path of this machine is nobody's business. */
function baseAnnotations({ image }: Base): Record<string, string> {
  const name =
    image.source === 'registry'
      ? { 'org.opencontainers.image.base.name': image.reference.replace(/^docker:\/\//, '') }
      : {}
  return { 'org.opencontainers.image.base.digest': image.digest, ...name }
}

const ociTypes: ReadonlyMap<string, string> = new Map([
  [mediaTypes.dockerLayerGzip, mediaTypes.ociLayerGzip],
  [mediaTypes.dockerForeignGzip, mediaTypes.ociForeignGzip],
])

/** Docker's media type of a layer in an OCI manifest would be refused by some registries; the bytes are the same. */
function asOci(descriptor: Descriptor): Descriptor {
  const { mediaType, digest, size, urls } = descriptor
  const own = ociTypes.get(mediaType) ?? mediaType
  return { mediaType: own, digest, size, ...(urls === undefined ? {} : { urls }) }
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
}

import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import { parseImageConfig } from '../../image/config.ts'
import type { Digest } from '../../image/digest.ts'
import { type Descriptor, type Manifest, check, renderManifest } from '../../image/manifest.ts'
import { compressionOf, mediaTypes } from '../../image/mediatype.ts'
import { digestOf } from '../registry/verified.ts'
import type { ArchiveFiles } from './archive.ts'
import type { OpenedManifest } from './choose.ts'
import { maxConfigBytes, parseJson } from './documents.ts'
import { sameName } from './layout.ts'
import { type FindPlace, type Place, readPlace } from './places.ts'

const schema = v.array(
  v.object({
    Config: v.string(),
    RepoTags: v.nullish(v.array(v.string())),
    Layers: v.nullish(v.array(v.string())),
  }),
)

/** An image of an archive that has no manifest of its own, with the manifest made for it. */
export interface ClassicImage extends OpenedManifest {
  readonly find: FindPlace
}

const maxManifestJson = 8 * 1024 * 1024

/**
 * Reads `docker save`'s own format: `manifest.json` names a config and the layers' tars. A manifest is made from them,
 * the same for the same archive. Throws Failure.
 */
export async function readClassic(
  files: ArchiveFiles,
  tag: string | undefined,
  name: string,
): Promise<ClassicImage> {
  const where = `${name}, manifest.json`
  const listed = files('manifest.json')
  if (!listed) {
    throw new Failure('usage', `${name} is no image archive: it has neither index.json nor manifest.json`, {
      hint: 'name a file that docker save, skopeo, buildx or this program wrote',
    })
  }
  const images = check(schema, parseJson(await smallFile(listed, maxManifestJson, where), where), where)
  const named = images.filter(
    ({ RepoTags }) => tag === undefined || (RepoTags ?? []).some((one) => sameName(one, tag)),
  )
  const [image] = named
  if (!image || named.length > 1) {
    const tags = images.flatMap(({ RepoTags }) => RepoTags ?? [])
    throw new Failure('usage', `${name} has ${image ? 'several images' : 'no such image'}`, {
      hint: `name one of its tags: ${tags.map((one) => `${name}:${one}`).join(', ') || 'it has none'}`,
    })
  }
  const configPlace = placeOf(files, image.Config, where)
  const configBytes = await smallFile(configPlace, maxConfigBytes, where)
  const config = parseImageConfig(parseJson(configBytes, `${name}, config`), `${name}, config`)
  const layers = image.Layers ?? []
  if (layers.length !== config.diffIds.length) {
    throw new Failure(
      'build',
      `${where}: ${layers.length} layers, but the config has ${config.diffIds.length}`,
      {
        hint: 'the archive is damaged; save it again',
      },
    )
  }
  const places = new Map<Digest, Place>([[digestOf(configBytes), configPlace]])
  const descriptors: Descriptor[] = []
  for (const [i, diffId] of config.diffIds.entries()) {
    const place = placeOf(files, layers[i] ?? '', where)
    const descriptor = await describeLayer(place, diffId)
    places.set(descriptor.digest, place)
    descriptors.push(descriptor)
  }
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: digestOf(configBytes), size: configBytes.length },
    layers: descriptors,
  }
  const bytes = Buffer.from(renderManifest(manifest))
  return {
    manifest,
    manifestBytes: bytes,
    configBytes,
    find: (digest) => Promise.resolve(places.get(digest)),
  }
}

/** A plain tar's digest is its diffID; that of a compressed one has to be worked out. */
async function describeLayer(place: Place, diffId: Digest): Promise<Descriptor> {
  const { size } = place
  let head: Uint8Array = new Uint8Array()
  for await (const chunk of readPlace({ ...place, size: Math.min(size, 4) })) head = chunk
  const compression = compressionOf(head)
  if (compression === 'none') return { mediaType: mediaTypes.ociLayer, digest: diffId, size }
  const hash = createHash('sha256')
  for await (const chunk of readPlace(place)) hash.update(chunk)
  const mediaType = compression === 'gzip' ? mediaTypes.ociLayerGzip : mediaTypes.ociLayerZstd
  return { mediaType, digest: `sha256:${hash.digest('hex')}` as Digest, size }
}

function placeOf(files: ArchiveFiles, path: string, where: string): Place {
  const place = files(path)
  if (place) return place
  throw new Failure('build', `${where}: the archive has no ${JSON.stringify(path)}`, {
    hint: 'the archive is incomplete; save it again',
  })
}

/** A small file's bytes; throws Failure for one over the limit. */
export async function smallFile(place: Place, limit: number, where: string): Promise<Buffer> {
  if (place.size > limit)
    throw new Failure('build', `${where} is larger than ${limit} bytes`, {
      hint: 'no real image has one of this size; check where it comes from',
    })
  const chunks: Uint8Array[] = []
  for await (const chunk of readPlace(place)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

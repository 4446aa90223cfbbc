import { parseImageConfig } from '../../image/config.ts'
import { type Descriptor, parseManifestOrIndex } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import type { Platform } from '../../image/platform.ts'
import { type ImageReference, formatImageReference } from '../../image/reference.ts'
import type { BlobReader, Image } from '../../image/source.ts'
import { Failure } from '../../failure.ts'
import { digestOf } from '../registry/verified.ts'
import { indexArchive } from './archive.ts'
import { type Candidate, choosePlatform, findCandidates, platformOf } from './choose.ts'
import { readClassic, smallFile } from './classic.ts'
import type { ImageContext } from './context.ts'
import { saveFromDaemon } from './daemon.ts'
import { type DocumentSource, maxConfigBytes, maxManifestBytes, parseJson } from './documents.ts'
import { blobPath, chooseRoots, layoutPlaces, readLayoutIndex } from './layout.ts'
import { placedBlobs } from './places.ts'
import { openRepository } from './repository.ts'

/** A source that was found: what its name stands for, and where documents and blobs come from. */
export interface OpenedSource {
  readonly kind: Image['source']
  readonly candidates: readonly Candidate[]
  readonly documents: DocumentSource
  readonly blobs: BlobReader
}

/**
 * Opens one platform's image: its manifest and config are read and verified, its layers when they are asked for.
 * Without a platform it is this machine's, or the only one that is there. Throws Failure.
 */
export async function openImage(
  reference: ImageReference,
  platform: Platform | undefined,
  context: ImageContext,
): Promise<Image> {
  const source = await openSource(reference, context)
  const name = formatImageReference(reference)
  const chosen = choosePlatform(source.candidates, platform, name)
  const manifestBytes =
    chosen.opened?.manifestBytes ?? (await source.documents.read(chosen.descriptor, maxManifestBytes))
  const where = `${name}, manifest ${chosen.descriptor.digest}`
  const document = parseManifestOrIndex(parseJson(manifestBytes, where), chosen.descriptor.mediaType, where)
  if (document.kind === 'index') throw new Failure('build', `${where} is an index where a manifest should be`)
  const { manifest } = document
  const configBytes =
    chosen.opened?.configBytes ?? (await source.documents.read(manifest.config, maxConfigBytes))
  const config = parseImageConfig(parseJson(configBytes, `${name}, config`), `${name}, config`)
  if (config.diffIds.length !== manifest.layers.length) {
    throw new Failure(
      'build',
      `${where}: ${manifest.layers.length} layers, but its config has ${config.diffIds.length}`,
      { hint: 'it is no container image, or damaged' },
    )
  }
  return {
    reference: name,
    digest: digestOf(manifestBytes),
    platform: chosen.platform,
    manifest,
    manifestBytes,
    config,
    configBytes,
    blobs: source.blobs,
    source: source.kind,
  }
}

/** The platforms that a reference has images for. Throws Failure. */
export async function listPlatforms(
  reference: ImageReference,
  context: ImageContext,
): Promise<readonly Platform[]> {
  const { candidates } = await openSource(reference, context)
  return candidates.filter(({ missing }) => !missing).map(({ platform }) => platform)
}

async function openSource(reference: ImageReference, context: ImageContext): Promise<OpenedSource> {
  const name = formatImageReference(reference)
  switch (reference.transport) {
    case 'oci': {
      const roots = chooseRoots(await readLayoutIndex(reference.path), reference.tag, name)
      const blobs = placedBlobs(layoutPlaces(reference.path), name, context.seals)
      return { kind: 'oci', candidates: await findCandidates(roots, blobs), documents: blobs, blobs }
    }
    case 'oci-archive':
    case 'docker-archive':
      return openArchive(reference.path, reference.tag, name, reference.transport, context)
    case 'docker-daemon': {
      const path = await saveFromDaemon(reference.name, context)
      return openArchive(path, undefined, name, 'docker-daemon', context)
    }
    case 'docker':
      return openRepository(reference, context)
  }
}

/** Both kinds of archive: an OCI layout where there is one, with what `docker save` wrote before it knew of these. */
async function openArchive(
  path: string,
  tag: string | undefined,
  name: string,
  kind: OpenedSource['kind'],
  { seals }: ImageContext,
): Promise<OpenedSource> {
  const files = await indexArchive(path)
  const index = files('index.json')
  if (index) {
    const where = `${name}, index.json`
    const roots = chooseRoots(await smallFile(index, maxManifestBytes, where), tag, name)
    const blobs = placedBlobs((digest) => Promise.resolve(files(blobPath(digest))), name, seals)
    const candidates = await findCandidates(roots, blobs)
    // Some engines wrote an index whose manifest is not in the archive.
    if (candidates.some(({ missing }) => !missing) || !files('manifest.json')) {
      return { kind, candidates, documents: blobs, blobs }
    }
  }
  const { find, ...opened } = await readClassic(files, tag, name)
  const blobs = placedBlobs(find, name, seals)
  const { manifestBytes, configBytes } = opened
  const descriptor: Descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: digestOf(manifestBytes),
    size: manifestBytes.length,
  }
  const platform = platformOf(parseImageConfig(parseJson(configBytes, name), name))
  return { kind, candidates: [{ descriptor, platform, opened, missing: false }], documents: blobs, blobs }
}

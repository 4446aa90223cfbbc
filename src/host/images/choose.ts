import { Failure } from '../../failure.ts'
import { parseImageConfig } from '../../image/config.ts'
import { type Descriptor, type Manifest, parseManifestOrIndex } from '../../image/manifest.ts'
import { isIndexType } from '../../image/mediatype.ts'
import { formatPlatform, hostPlatform, type Platform, samePlatform } from '../../image/platform.ts'
import { type DocumentSource, maxConfigBytes, maxManifestBytes, parseJson } from './documents.ts'

/** An image's manifest found below what a name stands for. */
export interface Candidate {
  readonly descriptor: Descriptor
  readonly platform: Platform
  /** Set where finding out the platform meant reading it. */
  readonly opened?: OpenedManifest
  /** Named in an index, but not in the archive or layout. */
  readonly missing: boolean
}

export interface OpenedManifest {
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array
  readonly configBytes: Uint8Array
}

const maxDepth = 4
const maxManifests = 500

/**
 * All images below these descriptors: indexes may nest, and hold things that are no images, as attestations, whose
 * platform is `unknown/unknown`. Throws Failure.
 */
export async function findCandidates(
  roots: readonly Descriptor[],
  source: DocumentSource,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  let read = 0
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (isAttestation(descriptor)) return
    read += 1
    if (depth > maxDepth || read > maxManifests) {
      throw new Failure('build', `${source.name} has indexes within indexes without end`, {
        hint: 'name one of its images by digest',
      })
    }
    if (!(await source.has(descriptor))) {
      if (descriptor.platform) found.push({ descriptor, platform: descriptor.platform, missing: true })
      return
    }
    if (descriptor.platform && !isIndexType(descriptor.mediaType)) {
      found.push({ descriptor, platform: descriptor.platform, missing: false })
      return
    }
    const bytes = await source.read(descriptor, maxManifestBytes)
    const where = `${source.name}, manifest ${descriptor.digest}`
    const document = parseManifestOrIndex(parseJson(bytes, where), descriptor.mediaType, where)
    if (document.kind === 'index') {
      for (const child of document.index.manifests) await visit(child, depth + 1)
      return
    }
    const { manifest } = document
    const configBytes = await source.read(manifest.config, maxConfigBytes)
    const config = parseImageConfig(parseJson(configBytes, `${where}, config`), `${where}, config`)
    const opened = { manifest, manifestBytes: bytes, configBytes }
    found.push({ descriptor, platform: descriptor.platform ?? platformOf(config), opened, missing: false })
  }
  for (const root of roots) await visit(root, 0)
  return found
}

/** The candidate for a platform; for this machine's, or the only one, when none is asked for. Throws Failure. */
export function choosePlatform(
  candidates: readonly Candidate[],
  asked: Platform | undefined,
  name: string,
): Candidate {
  const here = candidates.filter(({ missing }) => !missing)
  const wanted = asked ?? hostPlatform(process.arch)
  const fitting = here.filter(({ platform }) => samePlatform(wanted, platform))
  const exact = fitting.find(({ platform }) => platform.variant === wanted.variant)
  const chosen = exact ?? fitting[0] ?? (asked === undefined && here.length === 1 ? here[0] : undefined)
  if (chosen) return chosen
  const list = (some: readonly Candidate[]): string =>
    [...new Set(some.map(({ platform }) => formatPlatform(platform)))].join(', ')
  if (candidates.some(({ missing, platform }) => missing && samePlatform(wanted, platform))) {
    throw new Failure(
      'usage',
      `${name} names an image for ${formatPlatform(wanted)}, but does not hold it; it holds ${list(here) || 'none'}`,
      {
        hint: `get it first: docker pull --platform ${formatPlatform(wanted)} and save it again, or ask for another`,
      },
    )
  }
  throw new Failure('usage', `${name} has no image for ${formatPlatform(wanted)}`, {
    hint:
      here.length === 0
        ? 'it has no image at all; check the name'
        : `it has ${list(here)}: ask for one of these, or name another image`,
  })
}

/** The platform that an image's config names. */
export function platformOf({ os, architecture, variant }: Platform): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

function isAttestation({ platform, annotations }: Descriptor): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] !== undefined
}

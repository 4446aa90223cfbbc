import * as v from 'valibot'
import { Failure } from '../failure.ts'
import { type Digest, isDigest } from './digest.ts'
import { isIndexType, isManifestType, mediaTypes } from './mediatype.ts'
import type { Platform } from './platform.ts'

/** What points at a blob (OCI image spec, descriptor.md); `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
  /** A foreign layer is somewhere else, and often nowhere. */
  readonly urls?: readonly string[]
}

/** OCI image manifest, or Docker's schema 2, which has the same shape. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** OCI image index, or Docker's manifest list. */
export interface Index {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly manifests: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

const digest = v.custom<Digest>(isDigest, 'is not a sha256 digest')
const strings = v.record(v.string(), v.string())
const descriptor = v.object({
  mediaType: v.optional(v.string(), ''),
  digest,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  platform: v.optional(
    v.object({ os: v.string(), architecture: v.string(), variant: v.optional(v.string()) }),
  ),
  annotations: v.optional(v.nullable(strings)),
  urls: v.optional(v.nullable(v.array(v.string()))),
})
const manifest = v.object({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  config: descriptor,
  layers: v.array(descriptor),
  annotations: v.optional(v.nullable(strings)),
})
const index = v.object({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  manifests: v.nullable(v.array(descriptor), []),
  annotations: v.optional(v.nullable(strings)),
})

/**
 * A manifest or an index from its JSON. `mediaType` is what the place it came from said; the document's own wins.
 * Throws Failure for schema 1, for an artifact that is no image, and for JSON of another shape.
 */
export function parseManifestOrIndex(
  json: unknown,
  mediaType: string,
  where: string,
): { kind: 'manifest'; manifest: Manifest } | { kind: 'index'; index: Index } {
  const own = isRecord(json) && typeof json['mediaType'] === 'string' ? json['mediaType'] : mediaType
  if (isRecord(json) && json['schemaVersion'] === 1) {
    throw new Failure(
      'build',
      `${where} is an image of manifest schema 1, which registries gave up in 2019`,
      {
        hint: 'push it again with a current tool, or name another image',
      },
    )
  }
  if (isIndexType(own) || (!isManifestType(own) && isRecord(json) && 'manifests' in json)) {
    return { kind: 'index', index: check(index, json, where) as Index }
  }
  const parsed = check(manifest, json, where) as Manifest
  const configType = parsed.config.mediaType
  if (configType !== '' && configType !== mediaTypes.ociConfig && configType !== mediaTypes.dockerConfig) {
    throw new Failure(
      'build',
      `${where} is not a container image: its config is ${JSON.stringify(configType)}`,
    )
  }
  return { kind: 'manifest', manifest: parsed }
}

/** The JSON of a manifest or an index, keys in one fixed order, so that equal ones have equal digests. */
export function renderManifest(document: Manifest | Index): string {
  const { schemaVersion, mediaType, annotations } = document
  const content =
    'config' in document
      ? { config: ordered(document.config), layers: document.layers.map(ordered) }
      : { manifests: document.manifests.map(ordered) }
  return JSON.stringify({ schemaVersion, mediaType, ...content, annotations })
}

function ordered({ mediaType, digest, size, urls, annotations, platform }: Descriptor): object {
  const { os, architecture, variant } = platform ?? {}
  return {
    mediaType,
    digest,
    size,
    urls,
    annotations,
    platform: platform && { architecture, os, variant },
  }
}

/** Checks JSON against a schema; throws Failure that names the place and the path of keys. */
export function check<T>(schema: v.GenericSchema<unknown, T>, json: unknown, where: string): T {
  const result = v.safeParse(schema, json, { abortEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  const path = v.getDotPath(issue)
  throw new Failure('build', `${where}${path ? `, ${path}` : ''}: ${issue.message}`, {
    hint: 'it is damaged, or of another kind; get it again from where it was made',
  })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

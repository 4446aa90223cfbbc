import * as v from 'valibot'

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ms = v.pipe(v.number(), v.minValue(0))
const part = v.picklist(['base', 'system', 'interpreter', 'environment', 'app', 'waste', 'other'])

/** Everything known about one built image; the one definition that validates, types and documents the JSON. */
export const measurementSchema = v.object({
  schemaVersion: v.literal(1),
  image: v.object({ reference: v.string(), digest: v.string(), platform: v.string() }),
  /** `compression`: of the layer blobs that `download` counts. `source`: where the bytes were read. */
  basis: v.object({
    compression: v.picklist(['gzip', 'zstd', 'none', 'mixed']),
    source: v.picklist(['oci', 'oci-archive', 'docker-archive', 'docker-daemon', 'registry']),
  }),
  mode: v.optional(v.picklist(['ship', 'volume'])),
  engine: v.optional(v.picklist(['assemble', 'buildkit'])),
  strategy: v.optional(v.picklist(['ship', 'volume', 'ephemeral', 'masked'])),
  sizes: v.object({
    download: bytes,
    disk: bytes,
    filesystem: bytes,
    environment: bytes,
    updateDownload: v.optional(bytes),
  }),
  parts: v.object({
    base: bytes,
    system: bytes,
    interpreter: bytes,
    environment: bytes,
    app: bytes,
    waste: bytes,
    other: bytes,
  }),
  layers: v.array(
    v.object({
      digest: v.string(),
      diffId: v.string(),
      mediaType: v.string(),
      download: bytes,
      disk: bytes,
      part,
      createdBy: v.string(),
    }),
  ),
  packages: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      bytes,
      files: bytes,
      location: v.string(),
      direct: v.boolean(),
      /** Chains from the package to a requirement of the project, nearest first: `[["sentence-transformers"]]`. */
      requiredBy: v.array(v.array(v.string())),
      estimated: v.optional(v.boolean()),
    }),
  ),
  systemPackages: v.array(v.object({ name: v.string(), version: v.string(), bytes })),
  waste: v.array(v.object({ path: v.string(), bytes, download: bytes, why: v.string(), hint: v.string() })),
  timings: v.array(v.object({ step: v.string(), ms, cached: v.boolean() })),
})

export type Measurement = v.InferOutput<typeof measurementSchema>
export type Part = v.InferOutput<typeof part>

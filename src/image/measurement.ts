import * as v from 'valibot'

/** What a value is, for people who read the published schema. */
const described = <T extends v.GenericSchema>(
  schema: T,
  text: string,
): v.SchemaWithPipe<readonly [T, v.DescriptionAction<v.InferOutput<T>, string>]> =>
  v.pipe(schema, v.description<v.InferOutput<T>, string>(text))

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ms = v.pipe(v.number(), v.minValue(0))
const parts = ['base', 'system', 'interpreter', 'environment', 'app', 'waste', 'other'] as const
const part = v.picklist(parts)

/** Everything known about one built image; the one definition that validates, types and documents the JSON. */
export const measurementSchema = v.object({
  schemaVersion: v.literal(1),
  image: v.object({
    reference: described(v.string(), 'Where the image is, as `oci:image` or `docker://registry/name:tag`.'),
    digest: described(v.string(), 'Of its manifest.'),
    platform: described(v.string(), 'As `linux/amd64`.'),
  }),
  basis: v.object({
    compression: described(
      v.picklist(['gzip', 'zstd', 'none', 'mixed']),
      'Of the layer blobs that `download` counts.',
    ),
    source: described(
      v.picklist(['oci', 'oci-archive', 'docker-archive', 'docker-daemon', 'registry']),
      'Where the bytes were read.',
    ),
  }),
  mode: v.optional(v.picklist(['ship', 'volume'])),
  engine: v.optional(v.picklist(['assemble', 'buildkit'])),
  strategy: v.optional(v.picklist(['ship', 'volume', 'ephemeral', 'masked'])),
  sizes: v.object({
    download: described(bytes, 'Bytes of the compressed layers: what a registry stores and a host pulls.'),
    disk: described(bytes, 'Bytes of the files of all layers.'),
    filesystem: described(bytes, 'Bytes of the files that a container sees; the parts add up to it.'),
    environment: described(bytes, 'Bytes of the installed distributions.'),
    updateDownload: v.optional(
      described(bytes, 'Compressed bytes of the layers that the image compared with does not have.'),
    ),
  }),
  parts: described(
    v.object({
      base: bytes,
      system: bytes,
      interpreter: bytes,
      environment: bytes,
      app: bytes,
      waste: bytes,
      other: bytes,
    }),
    'Bytes of the filesystem by what they are; no byte is in two parts.',
  ),
  layers: described(
    v.array(
      v.object({
        digest: described(v.string(), 'Of the blob.'),
        diffId: described(v.string(), 'Digest of the layer as plain tar.'),
        mediaType: v.string(),
        download: described(bytes, 'Bytes of the blob.'),
        disk: described(bytes, 'Bytes of its files.'),
        notMeasured: v.optional(
          described(
            v.literal(true),
            'A foreign layer whose blob is not with the image: what is in it is unknown, and the sizes lack it.',
          ),
        ),
        part: described(part, 'What most of its bytes are.'),
        createdBy: described(
          v.string(),
          "What made it, by the image's history; empty where that says nothing.",
        ),
      }),
    ),
    'The lowest first.',
  ),
  packages: described(
    v.array(
      v.object({
        name: v.string(),
        version: v.string(),
        bytes,
        files: described(bytes, 'How many files it has.'),
        location: described(
          v.string(),
          'Folder that it is installed in; of a conda package without Python its environment.',
        ),
        direct: described(v.boolean(), 'The project itself requires it.'),
        requiredBy: described(
          v.array(v.array(v.string())),
          'Chains from the package to a requirement of the project, nearest first: `[["sentence-transformers"]]`.',
        ),
        installer: v.optional(
          described(v.string(), 'What installed it, as it says itself: `pip`, `uv`, `conda`.'),
        ),
        editable: v.optional(
          described(
            v.string(),
            'Folder that its modules are in, where it was installed to be edited there: their bytes are those of the folder, not of the package.',
          ),
        ),
        estimated: v.optional(
          described(v.boolean(), 'It has no list of its files, so they were told by their names.'),
        ),
      }),
    ),
    'Python distributions and packages of conda environments, the largest first; those of the base are not among them.',
  ),
  systemPackages: described(
    v.array(v.object({ name: v.string(), version: v.string(), bytes })),
    "Packages of the operating system's package manager, as `packages`.",
  ),
  notRead: v.optional(
    described(
      v.array(v.string()),
      'Kinds of package databases that are in the image and cannot be read, as `rpm`: their packages are in no list.',
    ),
  ),
  waste: v.array(
    v.object({
      path: v.string(),
      part: v.optional(
        described(
          v.picklist([...parts, 'hidden']),
          'The part that its bytes are counted in; `hidden` for what a later layer deleted or replaced, which is in `disk` and not in `filesystem`.',
        ),
      ),
      bytes: described(bytes, 'On disk.'),
      download: described(
        bytes,
        'Bytes of the download that it would save: an estimate, by how well its layer is compressed.',
      ),
      why: v.string(),
      hint: described(v.string(), 'What to do about it.'),
    }),
  ),
  timings: v.array(
    v.object({
      step: v.string(),
      ms: described(ms, 'Milliseconds.'),
      cached: described(v.boolean(), 'It could use what an earlier run left.'),
      detail: v.exactOptional(described(v.string(), 'What came of it, for people.')),
    }),
  ),
})

export type Measurement = v.InferOutput<typeof measurementSchema>
export type Part = v.InferOutput<typeof part>

/** The order of packages: by bytes, the largest first; of equal ones by name. */
export function bySize(
  a: { readonly name: string; readonly bytes: number },
  b: { readonly name: string; readonly bytes: number },
): number {
  return b.bytes - a.bytes || (a.name < b.name ? -1 : 1)
}

import * as v from 'valibot'
import { type Digest, isDigest } from './digest.ts'
import { check } from './manifest.ts'

/** An image's config (OCI image spec, config.md), as far as this project reads or writes it. */
export interface ImageConfig {
  readonly created?: string
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly config: ContainerConfig
  /** diffIDs of the layers, lowest first: digests of the uncompressed tars. */
  readonly diffIds: readonly Digest[]
  readonly history: readonly HistoryEntry[]
}

export interface ContainerConfig {
  readonly user?: string
  readonly env: readonly string[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly workingDir?: string
  readonly labels: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly exposedPorts: readonly string[]
  readonly stopSignal?: string
  /** As it is: engines run it, nobody here reads it. */
  readonly healthcheck?: Readonly<Record<string, unknown>>
  /** What a healthcheck in shell form is run by. */
  readonly shell?: readonly string[]
}

export interface HistoryEntry {
  readonly created?: string
  readonly createdBy?: string
  readonly comment?: string
  readonly emptyLayer?: boolean
}

const strings = v.nullish(v.array(v.string()))
const sets = v.nullish(v.record(v.string(), v.unknown()))
const schema = v.object({
  created: v.nullish(v.string()),
  os: v.optional(v.string(), 'linux'),
  architecture: v.optional(v.string(), 'amd64'),
  variant: v.nullish(v.string()),
  config: v.nullish(
    v.object({
      User: v.nullish(v.string()),
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: v.nullish(v.string()),
      Labels: v.nullish(v.record(v.string(), v.string())),
      Volumes: sets,
      ExposedPorts: sets,
      StopSignal: v.nullish(v.string()),
      Healthcheck: v.nullish(v.record(v.string(), v.unknown())),
      Shell: strings,
    }),
  ),
  rootfs: v.object({
    type: v.optional(v.string()),
    diff_ids: v.nullish(v.array(v.custom<Digest>(isDigest, 'is not a sha256 digest'))),
  }),
  history: v.nullish(
    v.array(
      v.object({
        created: v.nullish(v.string()),
        created_by: v.nullish(v.string()),
        comment: v.nullish(v.string()),
        empty_layer: v.nullish(v.boolean()),
      }),
    ),
  ),
})

/** An image config from its JSON; throws Failure that names the place and the key. */
export function parseImageConfig(json: unknown, where: string): ImageConfig {
  const raw = check(schema, json, where)
  const c = raw.config ?? {}
  return {
    ...present('created', raw.created),
    os: raw.os,
    architecture: raw.architecture,
    ...present('variant', raw.variant),
    config: {
      ...present('user', c.User),
      env: c.Env ?? [],
      entrypoint: c.Entrypoint ?? [],
      cmd: c.Cmd ?? [],
      ...present('workingDir', c.WorkingDir),
      labels: c.Labels ?? {},
      volumes: Object.keys(c.Volumes ?? {}),
      exposedPorts: Object.keys(c.ExposedPorts ?? {}),
      ...present('stopSignal', c.StopSignal),
      ...present('healthcheck', c.Healthcheck),
      ...present('shell', c.Shell),
    },
    diffIds: raw.rootfs.diff_ids ?? [],
    history: (raw.history ?? []).map((entry) => ({
      ...present('created', entry.created),
      ...present('createdBy', entry.created_by),
      ...present('comment', entry.comment),
      ...(entry.empty_layer ? { emptyLayer: true } : {}),
    })),
  }
}

/** The JSON of a config, keys in one fixed order, so that equal configs have equal digests. */
export function renderImageConfig(image: ImageConfig): string {
  const { config: c } = image
  const set = (names: readonly string[]): Record<string, object> | undefined =>
    names.length === 0 ? undefined : Object.fromEntries([...names].sort().map((name) => [name, {}]))
  const list = (items: readonly string[]): readonly string[] | undefined =>
    items.length === 0 ? undefined : items
  return JSON.stringify({
    created: image.created,
    architecture: image.architecture,
    variant: image.variant,
    os: image.os,
    config: {
      User: c.user,
      ExposedPorts: set(c.exposedPorts),
      Env: list(c.env),
      Entrypoint: list(c.entrypoint),
      Cmd: list(c.cmd),
      Volumes: set(c.volumes),
      WorkingDir: c.workingDir,
      Labels: Object.keys(c.labels).length === 0 ? undefined : sorted(c.labels),
      StopSignal: c.stopSignal,
      Healthcheck: c.healthcheck,
      Shell: c.shell,
    },
    rootfs: { type: 'layers', diff_ids: image.diffIds },
    history: image.history.map((entry) => ({
      created: entry.created,
      created_by: entry.createdBy,
      comment: entry.comment,
      empty_layer: entry.emptyLayer,
    })),
  })
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function present<K extends string, T>(key: K, value: T | null | undefined): { [P in K]?: T } {
  return (value === null || value === undefined || value === '' ? {} : { [key]: value }) as { [P in K]?: T }
}

import * as v from 'valibot'
import { parseRecord, renderRecord } from '../../image/record.ts'
import type { Collected } from './collect.ts'
import { type Layout, sitePackages } from './layout.ts'
import { entry, type Source, textFile } from './source.ts'

/** A file that a package is built from. */
export interface BuildSource {
  /** Relative to the package's folder. */
  readonly path: string
  readonly size: number
  /** As RECORD has it: `sha256=` and urlsafe base64. */
  readonly hash: string
  /** Absolute path, as the bytes that the file system knows. */
  readonly file: Buffer
}

const schema = v.object({
  name: v.string(),
  version: v.string(),
  directories: v.array(v.string()),
  texts: v.record(v.string(), v.string()),
  hashes: v.record(v.string(), v.string()),
  recordPath: v.string(),
  /** What was installed but for RECORD: a copy of a source, or content of its own in base64. */
  files: v.array(
    v.object({
      path: v.string(),
      mode: v.number(),
      source: v.optional(v.string()),
      content: v.optional(v.string()),
    }),
  ),
  /** Hash of each source; only those that are `free` may have another one, and the wheel is still known. */
  sources: v.record(v.string(), v.object({ hash: v.string(), free: v.boolean() })),
})

/** What a package's wheel installs, with the sources that it copies left open: it is known without a build. */
export type WheelTemplate = v.InferOutput<typeof schema>

/** A template from its record; undefined when the record has another shape. */
export function parseTemplate(text: string): WheelTemplate | undefined {
  const result = v.safeParse(schema, JSON.parse(text))
  return result.success ? result.output : undefined
}

/** A wheel's own files are small: names, metadata, scripts. More than this is not kept beside the sources. */
const maxContent = 1 << 20

/**
 * The template of what was installed from a wheel that is made of these sources as they are. A file counts as the
 * copy of a source when its content is that source's and its path the end of the source's, and nothing else fits;
 * where equal content leaves a doubt, none of the sources that have it is free, nor is one that `decides` the build.
 * Undefined for a wheel with links or with much content of its own.
 */
export function templateOf(
  collected: Collected,
  sources: readonly BuildSource[],
  layout: Layout,
  {
    decides,
    read,
  }: { readonly decides: (path: string) => boolean; readonly read: (source: Source) => Buffer },
): WheelTemplate | undefined {
  const { name, version, directories, texts, hashes } = collected
  const site = `${sitePackages(layout)}/`
  const recordPath = Object.keys(texts).find((path) => path.endsWith('.dist-info/RECORD'))
  if (recordPath === undefined) return undefined
  const byHash = new Map<string, BuildSource[]>()
  for (const source of sources) byHash.set(source.hash, [...(byHash.get(source.hash) ?? []), source])
  const copies = new Map<string, string[]>()
  const doubtful = new Set<string>()
  const files: WheelTemplate['files'] = []
  let content = 0
  for (const source of collected.sources) {
    const { path, type, mode, size } = source.entry
    if (path === recordPath) continue
    if (type !== 'file') return undefined
    const hash = hashes[path] ?? ''
    const inSite =
      path.startsWith(site) && !path.includes('.dist-info/') ? path.slice(site.length) : undefined
    const fitting = (byHash.get(hash) ?? []).filter(
      (one) => inSite !== undefined && (one.path === inSite || one.path.endsWith(`/${inSite}`)),
    )
    const [only, another] = fitting
    if (only && !another) {
      copies.set(only.path, [...(copies.get(only.path) ?? []), path])
      files.push({ path, mode, source: only.path })
      continue
    }
    doubtful.add(hash)
    if ((content += size) > maxContent) return undefined
    files.push({ path, mode, content: read(source).toString('base64') })
  }
  const isFree = ({ path, hash }: BuildSource): boolean => {
    const inWheel = copies.get(path)?.length ?? 0
    const isTwin = (byHash.get(hash) ?? []).some((one) => copies.has(one.path))
    return !decides(path) && !doubtful.has(hash) && (inWheel === 1 || (inWheel === 0 && !isTwin))
  }
  return {
    name,
    version,
    directories: [...directories],
    texts: { ...texts },
    hashes: { ...hashes },
    recordPath,
    files,
    sources: Object.fromEntries(
      sources.map((source) => [source.path, { hash: source.hash, free: isFree(source) }]),
    ),
  }
}

/**
 * What the wheel of these sources installs; undefined when they differ from the template's in more than the content
 * of free ones, so that only a build can tell.
 */
export function fillTemplate(
  template: WheelTemplate,
  sources: readonly BuildSource[],
  layout: Layout,
): Collected | undefined {
  const now = new Map(sources.map((source) => [source.path, source]))
  if (now.size !== Object.keys(template.sources).length) return undefined
  for (const [path, { hash, free }] of Object.entries(template.sources)) {
    const source = now.get(path)
    if (source === undefined || (!free && source.hash !== hash)) return undefined
  }
  const copied = new Map<string, BuildSource>()
  const made: Source[] = []
  for (const { path, mode, source: name, content = '' } of template.files) {
    const source = name === undefined ? undefined : now.get(name)
    if (source) copied.set(path, source)
    made.push(
      source
        ? { entry: entry(path, 'file', { size: source.size, mode }), content: { file: source.file } }
        : textFile(path, Buffer.from(content, 'base64'), mode),
    )
  }
  const rows = parseRecord(template.texts[template.recordPath] ?? '').map((row) => {
    const source = copied.get(`${sitePackages(layout)}/${row.path}`)
    return source ? { path: row.path, hash: source.hash, size: source.size } : row
  })
  const record = renderRecord(rows)
  made.push(textFile(template.recordPath, record))
  made.sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1))
  const { name, version, directories, texts, hashes, recordPath } = template
  return {
    name,
    version,
    directories,
    sources: made,
    texts: { ...texts, [recordPath]: record },
    hashes: { ...hashes, ...Object.fromEntries([...copied].map(([path, { hash }]) => [path, hash])) },
    bytes: made.reduce((sum, { entry: { size } }) => sum + size, 0),
  }
}

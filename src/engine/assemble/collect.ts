import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join, posix } from 'node:path'
import { Failure } from '../../failure.ts'
import { parseRecord, renderRecord, type RecordRow } from '../../image/record.ts'
import { packageName } from '../../project/name.ts'
import { directoriesOf, environmentPython, imagePath, type Layout, withMinor } from './layout.ts'
import { withInterpreter } from './script.ts'
import { entry, type Source, textFile } from './source.ts'

/** What one installed distribution puts into an image. */
export interface Collected {
  readonly name: string
  readonly version: string
  readonly directories: readonly string[]
  readonly sources: readonly Source[]
  readonly texts: Readonly<Record<string, string>>
  readonly hashes: Readonly<Record<string, string>>
  /** Bytes of its files. */
  readonly bytes: number
}

/** Files of a `.dist-info` that say what was installed, and are kept at hand for measuring. */
const telling = new Set([
  'RECORD',
  'METADATA',
  'WHEEL',
  'INSTALLER',
  'REQUESTED',
  'direct_url.json',
  'entry_points.txt',
  'top_level.txt',
])
/** What the installer notes about this machine: when it ran, and a path here. */
const aboutThisMachine = new Set(['uv_cache.json', 'uv_build.json'])

/**
 * Takes one distribution out of a prefix that was installed on this machine: its files by RECORD, with the image's
 * paths, the image's interpreter in its scripts, and a RECORD that says so. `local` marks a wheel of the project's
 * own, whose address on this machine is left out. The prefix itself is never changed: its files are hard links into
 * the installer's cache.
 */
export function collect(prefix: string, distInfo: string, layout: Layout, local = false): Collected {
  const site = posix.dirname(distInfo)
  const info = posix.basename(distInfo)
  const rows: RecordRow[] = []
  const sources: Source[] = []
  const texts: Record<string, string> = {}
  let bytes = 0
  for (const row of parseRecord(readFileSync(join(prefix, distInfo, 'RECORD'), 'utf8'))) {
    const inPrefix = posix.join(site, row.path)
    const inInfo = posix.dirname(row.path) === info ? posix.basename(row.path) : undefined
    if (inInfo !== undefined && (aboutThisMachine.has(inInfo) || (local && inInfo === 'direct_url.json')))
      continue
    if (posix.isAbsolute(row.path) || inPrefix.startsWith('../')) {
      throw new Failure('build', `${info} wants to put ${JSON.stringify(row.path)} outside the environment`)
    }
    const place = imagePath(layout, inPrefix)
    const path = withMinor(row.path, layout.minor)
    if (inInfo === 'RECORD') {
      rows.push({ ...row, path })
      continue
    }
    const file = join(prefix, inPrefix)
    const found = lstatSync(file, { throwIfNoEntry: false })
    if (!found) continue
    const mode = (found.mode & 0o111) === 0 ? 0o644 : 0o755
    if (found.isSymbolicLink()) {
      sources.push({ entry: entry(place, 'symlink', { mode: 0o777, linkname: readlinkSync(file) }) })
      rows.push({ ...row, path })
      continue
    }
    if (!found.isFile()) continue
    const script =
      inPrefix.startsWith('bin/') && found.size < 1 << 20
        ? withInterpreter(readFileSync(file), environmentPython(layout))
        : undefined
    if (script) {
      sources.push(textFile(place, script, mode))
      rows.push({ path, hash: sha256Row(script), size: script.length })
      bytes += script.length
      continue
    }
    sources.push({ entry: entry(place, 'file', { size: found.size, mode }), content: { file } })
    rows.push({ ...row, path })
    bytes += found.size
    if (inInfo !== undefined && telling.has(inInfo)) texts[place] = readFileSync(file, 'utf8')
  }
  const record = renderRecord(rows)
  const recordPath = imagePath(layout, posix.join(distInfo, 'RECORD'))
  sources.push(textFile(recordPath, record))
  texts[recordPath] = record
  sources.sort((a, b) => (a.entry.path < b.entry.path ? -1 : a.entry.path > b.entry.path ? 1 : 0))
  const unique = sources.filter((source, i) => source.entry.path !== sources[i - 1]?.entry.path)
  const [, name = info, version = ''] = /^(.+?)-([^-]+)\.dist-info$/.exec(info) ?? []
  return {
    name: packageName(name),
    version,
    directories: directoriesOf(
      unique.map((source) => source.entry.path),
      layout.root,
    ),
    sources: unique,
    texts,
    hashes: Object.fromEntries(rows.map((row) => [imagePath(layout, posix.join(site, row.path)), row.hash])),
    bytes: bytes + Buffer.byteLength(record),
  }
}

/** Hash of a RECORD row: urlsafe base64 without padding. */
function sha256Row(content: Uint8Array): string {
  return `sha256=${createHash('sha256').update(content).digest('base64url')}`
}

import type { Filesystem } from './filesystem.ts'
import { join, parentOf } from './layer-files.ts'
import { resolvePath } from './place.ts'

/** A package of a conda environment, as its record in `conda-meta/` tells of it; it need not be Python. */
export interface CondaPackage {
  /** Path of the record. */
  readonly record: string
  /** Folder of the environment: `opt/conda`. */
  readonly prefix: string
  /** As conda spells it. */
  readonly name: string
  readonly version: string
  /** Its build string, channel and platform (`conda-forge`, `linux-64`); empty where the record does not say. */
  readonly build: string
  readonly channel: string
  readonly subdir: string
  readonly licence: string
  /** Names of what it requires. */
  readonly depends: readonly string[]
  /** Paths in the image. */
  readonly files: readonly string[]
}

const recordPath = /^(?:(.*)\/)?conda-meta\/[^/]+\.json$/

/** Whether a file is the record of a conda package. */
export function isCondaRecord(path: string): boolean {
  return path.endsWith('.json') && recordPath.test(path)
}

/** Of a record what is read here: it has two checksums and more for each file, and is ten times as large. */
export function keptRecord(text: string): string {
  const { name, version, build, channel, subdir, license, depends, files } = recordOf(text)
  return JSON.stringify({ name, version, build, channel, subdir, license, depends, files })
}

/** The packages of all conda environments of an image. A record is only a claim: what is none is left out. */
export function findCondaPackages({ texts }: Pick<Filesystem, 'texts'>): readonly CondaPackage[] {
  const found: CondaPackage[] = []
  for (const [record, text] of texts) {
    if (!isCondaRecord(record)) continue
    const prefix = parentOf(parentOf(record))
    const { name, version, build, channel, subdir, license, depends, files } = recordOf(text)
    if (typeof name !== 'string' || name === '') continue
    found.push({
      ...{ record, prefix, name },
      ...{ version: textOf(version), build: textOf(build), licence: textOf(license), subdir: textOf(subdir) },
      channel: channelOf(textOf(channel), textOf(subdir)),
      // `numpy >=1.26,<2.0a0 py312_0`
      depends: textsOf(depends).flatMap((spec) => /^[\w.-]+/.exec(spec)?.[0] ?? []),
      files: textsOf(files)
        .flatMap((path) => resolvePath('', path) ?? [])
        .map((path) => join(prefix, path)),
    })
  }
  return found
}

/** Whether a conda package is a Python, which is a part of its own. */
export function isInterpreter({ name }: CondaPackage): boolean {
  return /^(?:python|pypy[\d.]*)$/.test(name)
}

/** Objects and lists of a record that is read: each file has one, and the largest packages have 20,000. */
const structureLimit = 100_000

function recordOf(text: string): Readonly<Record<string, unknown>> {
  if (structuresIn(text) > structureLimit) return {}
  try {
    const record: unknown = JSON.parse(text)
    return typeof record === 'object' && record !== null ? { ...record } : {}
  } catch {
    return {}
  }
}

/** A name, or the last part of an address: `https://repo.example/pkgs/main/linux-64` is `main`. */
function channelOf(channel: string, subdir: string): string {
  const parts = channel.split('/').filter((part) => part !== '' && part !== subdir)
  return parts.at(-1) ?? ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** How many brackets open: an object takes twenty times the memory of its text. */
function structuresIn(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x7b || code === 0x5b) count += 1
  }
  return count
}

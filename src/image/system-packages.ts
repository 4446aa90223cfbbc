import { fieldValues } from './fields.ts'
import type { Filesystem } from './filesystem.ts'
import { baseName } from './layer-files.ts'
import { createPlaces } from './place.ts'

/** A package of the distribution's own package manager, and its files in the image. */
export interface SystemPackage {
  /** Kind of package, as package URLs name it. */
  readonly kind: 'deb' | 'apk'
  readonly name: string
  readonly version: string
  /** As the package manager spells it: `amd64`, `x86_64`, `all`; empty where it does not say. */
  readonly architecture: string
  readonly files: readonly string[]
}

interface Listed extends Omit<SystemPackage, 'files'> {
  /** As its list has them, with or without the leading `/`. */
  readonly paths: readonly string[]
}

/**
 * Packages by dpkg's and apk's own databases (dpkg(1), `/var/lib/dpkg`; distroless images' `status.d`; apk's
 * `installed`), by name. A file that two claim belongs to the first.
 */
export function findSystemPackages(filesystem: Filesystem): readonly SystemPackage[] {
  const { texts, files } = filesystem
  const listed = [...dpkgPackages(texts), ...apkPackages(texts)].sort((a, b) => (a.name < b.name ? -1 : 1))
  const place = createPlaces(filesystem)
  const owned = new Set<string>()
  return listed.map(({ paths, ...about }) => {
    const own: string[] = []
    for (const path of paths) {
      const real = place(path.replace(/^\.?\//, ''))
      if (real === undefined || owned.has(real) || files.get(real)?.entry.type === 'directory') continue
      owned.add(real)
      own.push(real)
    }
    return { ...about, files: own }
  })
}

function dpkgPackages(texts: ReadonlyMap<string, string>): readonly Listed[] {
  const packages: Listed[] = []
  for (const paragraph of (texts.get('var/lib/dpkg/status') ?? '').split(/\n\n+/)) {
    const name = field(paragraph, 'Package')
    if (name === undefined || !/ installed$/m.test(field(paragraph, 'Status') ?? '')) continue
    const list =
      texts.get(`var/lib/dpkg/info/${name}.list`) ??
      texts.get(`var/lib/dpkg/info/${name}:${field(paragraph, 'Architecture') ?? ''}.list`) ??
      ''
    packages.push({
      ...debian(name, paragraph),
      paths: list.split('\n').filter(Boolean),
    })
  }
  for (const [path, paragraph] of texts) {
    if (!path.startsWith('var/lib/dpkg/status.d/') || path.endsWith('.md5sums')) continue
    const name = field(paragraph, 'Package') ?? baseName(path)
    // Each line is a checksum, two spaces and a path.
    const sums = texts.get(`${path}.md5sums`) ?? ''
    const paths = sums.split('\n').flatMap((line) => /^\w+\s+(\S.*)$/.exec(line)?.[1] ?? [])
    packages.push({
      ...debian(name, paragraph),
      paths: [...paths, path, `${path}.md5sums`],
    })
  }
  return packages
}

function debian(name: string, paragraph: string): Omit<SystemPackage, 'files'> {
  const version = field(paragraph, 'Version') ?? ''
  return { kind: 'deb', name, version, architecture: field(paragraph, 'Architecture') ?? '' }
}

/** apk's database: a paragraph a package; `F:` names a folder and the `R:` after it the files in it. */
function apkPackages(texts: ReadonlyMap<string, string>): readonly Listed[] {
  const text = texts.get('lib/apk/db/installed') ?? texts.get('usr/lib/apk/db/installed') ?? ''
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const name = /^P:(.+)$/m.exec(paragraph)?.[1]
    if (name === undefined) return []
    const paths: string[] = []
    let folder = ''
    for (const line of paragraph.split('\n')) {
      if (line.startsWith('F:')) folder = line.slice(2)
      else if (line.startsWith('R:')) paths.push(folder === '' ? line.slice(2) : `${folder}/${line.slice(2)}`)
    }
    const stated = (key: string): string => new RegExp(`^${key}:(.+)$`, 'm').exec(paragraph)?.[1] ?? ''
    return [{ kind: 'apk', name, version: stated('V'), architecture: stated('A'), paths }]
  })
}

function field(paragraph: string, name: string): string | undefined {
  return fieldValues(paragraph, name)[0]
}

/** Where rpm keeps its database, in the formats and places that it has had. */
const rpmDatabases = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'].flatMap((folder) =>
  ['rpmdb.sqlite', 'Packages', 'Packages.db'].map((name) => `${folder}/${name}`),
)

/** Kinds of package databases that are in an image and that no one here can read. */
export function unreadDatabases({ files }: Filesystem): readonly string[] {
  return rpmDatabases.some((path) => files.has(path)) ? ['rpm'] : []
}

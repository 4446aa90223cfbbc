import { formatBytes } from '../../units/bytes.ts'
import type { Attribution } from '../attribution.ts'
import type { Distribution } from '../distributions.ts'
import type { Finding } from './finding.ts'
import type { Files } from './taken.ts'

/** Packages that are named in one finding. */
const named = 3

/** What distributions bring along that a running program does not need: one finding for each folder of packages. */
export function findBallast({ distributions }: Attribution, files: Files): readonly Finding[] {
  return [
    ...byLocation(distributions, files, {
      what: 'test suites',
      has: isTest,
      hint: 'where nothing imports them, `find … -type d -name tests -prune -exec rm -rf {} +` in the RUN that installs',
    }),
    ...byLocation(distributions, files, {
      what: 'static libraries',
      has: (path) => path.endsWith('.a'),
      hint: "only a compiler reads them: `find … -name '*.a' -delete` in the RUN that installs",
    }),
  ]
}

/** A folder `tests` of a package or beside it, but of astropy, which imports its own; `django.test` and the like are for use. */
function isTest(path: string, location: string): boolean {
  const start = location === '' ? 0 : location.length + 1
  const at = path.indexOf('/tests/', start)
  if (at >= 0) return !path.startsWith('astropy/tests/', start)
  return path.startsWith('tests/', start) || path.startsWith('test/', start)
}

interface Ballast {
  readonly what: string
  readonly has: (path: string, location: string) => boolean
  readonly hint: string
}

function byLocation(
  distributions: readonly Distribution[],
  files: Files,
  { what, has, hint }: Ballast,
): readonly Finding[] {
  const groups = new Map<
    string,
    { readonly name: string; readonly finding: Finding; readonly bytes: number }[]
  >()
  for (const { name, location, files: paths } of distributions) {
    for (const [part, bytes] of files.take(paths.filter((path) => has(path, location)))) {
      const finding = { path: location, part, bytesIn: bytes.in, why: what, hint }
      const key = `${part}\0${location}`
      const group = groups.get(key) ?? []
      group.push({ name, finding, bytes: bytes.total })
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const sum = new Map<number, number>()
    for (const { finding } of group)
      for (const [layer, bytes] of finding.bytesIn) sum.set(layer, (sum.get(layer) ?? 0) + bytes)
    return [{ ...first.finding, bytesIn: sum, why: `${what} of ${largest(group)}` }]
  })
}

/** `pandas (13.1 MB), numpy (6 MB) and 12 more` */
export function largest(all: readonly { readonly name: string; readonly bytes: number }[]): string {
  const sorted = [...all].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
  const shown = sorted.slice(0, named).map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`)
  const more = sorted.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
